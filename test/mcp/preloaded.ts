/** The environment that makes a Node run this module before the program. */
export function preloaded(code: string): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

/** A preloaded module that puts more code at the end of every file whose address ends so. */
export function appending(ending: string, code: string): string {
  return `import { registerHooks } from "node:module";
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    return url.endsWith(${JSON.stringify(ending)}) ? { ...loaded, source: String(loaded.source) + ${JSON.stringify(`\n${code}`)} } : loaded;
  },
});`;
}
