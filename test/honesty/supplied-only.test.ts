import { describe, expect, test } from "vitest";
import { buildStores } from "../../src/adapters/embedded/scenario/build.ts";
import type { StoredTable, Stores, World } from "../../src/adapters/embedded/world.ts";
import type { Finding } from "../../src/checks/finding.ts";
import { catalogue } from "../../src/checks/catalogue.ts";
import type { Judgement } from "../../src/checks/runner.ts";
import { judgeDate } from "../../src/checks/runner.ts";
import type { Report } from "../../src/report/schema.ts";
import type { Value } from "../../src/ports/warehouse.ts";
import { validateDaily } from "../../tools/validate_daily.ts";
import type { Opened } from "../support/file-scenario.ts";
import { opened } from "../support/file-scenario.ts";
import { nba } from "../support/pipeline.ts";
import { sessionOver, shippedScenario } from "../support/scenarios.ts";

const players = "nba_analytics.player_game_summary";
const phase3 = "phase3_completion";
const healthy = shippedScenario("healthy-night");
const { clock } = healthy;
const { date } = healthy.night;
const signal = new AbortController().signal;
const world = buildStores(healthy, nba).at(clock);

function csvOf({ columns, rows }: StoredTable): string {
  const names = Object.keys(columns);
  const field = (value: Value): string =>
    value === null ? "" : `"${(typeof value === "string" ? value : JSON.stringify(value)).replaceAll('"', '""')}"`;
  return [names.join(), ...rows.map((row) => names.map((name) => field(row[name] ?? null)).join())].join("\n");
}

function documentsOf(of: World): string {
  return of
    .documentIds(phase3)
    .map((id) => JSON.stringify(of.document(phase3, id)))
    .join("\n");
}

const known = new Map<string, string>();

/** Each is exported once for all tests. */
function csvNamed(table: string): string {
  const csv = known.get(table) ?? csvOf(world.table(table) ?? { columns: {}, rows: [] });
  known.set(table, csv);
  return csv;
}

/** The healthy night's tables as files that hold every date which its stores hold, but for those left out. */
async function exported(tables: readonly string[], documents: boolean): Promise<Opened> {
  const covers = "covers: { from: 2025-12-01, to: 2026-03-01 }";
  const files = tables.map((table) => [`  - { table: ${table}, file: ${table}.csv, ${covers} }`, `${table}.csv`, csvNamed(table)] as const);
  const more = documents ? [[`  - { collection: ${phase3}, file: phase3.ndjson }`, "phase3.ndjson", documentsOf(world)] as const] : [];
  const all = [...files, ...more];
  return opened(all.map(([line]) => line).join("\n"), Object.fromEntries(all.map(([, name, content]) => [name, content])));
}

async function judged({ scenario, stores }: { scenario: Opened["scenario"]; stores: Stores }): Promise<Judgement> {
  const session = sessionOver(scenario, { stores, clock });
  return judgeDate({ checks: catalogue, pipeline: nba, date, ...session.begin({ signal }) });
}

const report = ({ scenario, stores }: Opened): Promise<Report> =>
  validateDaily.call({ game_date: date, depth: "full" }, { session: sessionOver(scenario, { stores, clock }), signal, progress: () => {} });

const verdicts = ({ checks }: Judgement): Record<string, string> =>
  Object.fromEntries(checks.map(({ check, verdict }) => [check.id, verdict]));

function findings({ checks }: Judgement): { name: string; finding: Finding }[] {
  return checks.flatMap(({ check, subjects }) =>
    subjects.flatMap(({ subject, findings: all }) => all.map((finding) => ({ name: `${check.id}/${subject}`, finding }))),
  );
}

describe("a scenario with the export of player_game_summary alone", () => {
  test("is unknown in every check, and says that the rest is not supplied", async () => {
    const found = await report(await exported([players], false));
    expect(found.verdict).toBe("unknown");
    expect(found.summary).toContain("not supplied");
    expect(Object.keys(found.checked ?? {})).toEqual(["unknown"]);
    expect((found.findings ?? []).length).toBeGreaterThan(0);
    for (const line of found.findings ?? []) expect(line, line.id).toMatchObject({ verdict: "unknown", reason: "not_supplied" });
    expect(found.omitted?.["fail"] ?? found.omitted?.["warn"]).toBeUndefined();
  });

  test("has no green but what follows from that table, and no red at all", async () => {
    const judgement = await judged(await exported([players], false));
    expect(Object.values(verdicts(judgement)).filter((verdict) => verdict !== "unknown")).toEqual([]);
    for (const { name, finding } of findings(judgement)) {
      if (finding.verdict === "unknown") expect(finding.observed, name).toContain("not supplied");
      else expect([`unique-keys/${players}`, `tables/${players}`], `${finding.verdict}: ${finding.observed}`).toContain(name);
    }
  });

  test("surplus in it is found all the same", async () => {
    const table = world.table(players) ?? { columns: {}, rows: [] };
    const twice = csvOf({ ...table, rows: [...table.rows, ...table.rows.filter((row) => row["game_date"] === date).slice(0, 25)] });
    const found = await report(await opened(`  - { table: ${players}, file: twice.csv }`, { "twice.csv": twice }));
    expect(found.verdict).toBe("fail");
    expect(found.findings?.find((line) => line.verdict === "fail")).toMatchObject({ reason: "surplus" });
  });
});

describe("a scenario with exports of every table and document of a healthy night", () => {
  const all = Object.keys(nba.file.tables).filter((table) => world.table(table) !== undefined);

  let whole: Promise<Judgement> | undefined;

  test("is judged as that night was, but for what needs logs, units, jobs or objects", async () => {
    whole ??= judged(await exported(all, true));
    const [own, night] = [await whole, await judged({ scenario: healthy, stores: buildStores(healthy, nba) })];
    const needsMore = findings(own).filter(({ finding }) => finding.verdict === "unknown");
    for (const { name, finding } of needsMore) {
      expect(finding.observed, name).toContain("not supplied");
      for (const supplied of [...all, `${phase3}/${date}`]) expect(finding.observed.split(/[ ;]/u), name).not.toContain(supplied);
    }
    const checks = new Set(needsMore.map(({ name }) => name.split("/")[0] ?? ""));
    const compared = Object.entries(verdicts(night)).filter(([id]) => !checks.has(id));
    expect(compared.map(([id]) => id)).toEqual(expect.arrayContaining(["games", "box-scores", "analytics", "unique-keys", "minutes"]));
    expect(verdicts(own)).toMatchObject(Object.fromEntries(compared));
  });

  test.each(["nba_raw.nbac_schedule", players, "nba_raw.nbac_gamebook_player_stats"])("without %s no check gets better", async (left) => {
    const rank = ["pass", "not_applicable", "not_due", "warn", "unknown", "fail"];
    whole ??= judged(await exported(all, true));
    const [more, less] = [
      verdicts(await whole),
      verdicts(
        await judged(
          await exported(
            all.filter((table) => table !== left),
            true,
          ),
        ),
      ),
    ];
    for (const [id, verdict] of Object.entries(less))
      expect(rank.indexOf(verdict), id).toBeGreaterThanOrEqual(rank.indexOf(more[id] ?? "pass"));
    expect(less).not.toEqual(more);
  });
});
