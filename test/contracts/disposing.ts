import { onTestFinished } from "vitest";

interface Disposable {
  dispose(): Promise<void>;
}

/** Makes the same, and disposes of it when the test that it was made in has finished. */
export function disposing<A extends unknown[], S extends Disposable>(make: (...given: A) => Promise<S>): (...given: A) => Promise<S> {
  return async (...given) => {
    const subject = await make(...given);
    onTestFinished(() => subject.dispose());
    return subject;
  };
}
