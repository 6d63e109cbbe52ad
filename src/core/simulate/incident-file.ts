/**
 * Incidents as somebody wrote them down: a list, in YAML or JSON, of
 * `{id, at, severity, class, commits}`: `at` a date, `severity` 1 (the worst) to 4, `commits` full or short ids.
 */
import { err, ok, type Problem, type Result } from '../base/result.ts';
import { readYaml, type YamlFile } from '../policy/yaml-file.ts';

export interface KnownIncident {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly severity: 1 | 2 | 3 | 4;
  /** What kind of thing happened, in a word of the organisation's own; null: not said. */
  readonly class: string | null;
  /** Lowercase hex, at least 7 digits each. */
  readonly commits: readonly string[];
}

/** @param file its name in messages. Every problem is USAGE, with its place. */
export function readIncidents(bytes: Uint8Array, file: string): Result<readonly KnownIncident[], readonly Problem[]> {
  const yaml = readYaml(bytes, file, 'USAGE');
  if (!yaml.ok) return yaml;
  const list: unknown = yaml.value.value;
  if (!Array.isArray(list))
    return err([yaml.value.at([], 'is no list of incidents', { remedy: 'write `- {id: INC-1, at: 2026-01-31, severity: 2, class: data-loss, commits: ["0a1b2c3d"]}`' })]);
  const problems: Problem[] = [];
  const read = list.map((item: unknown, i) => incident(yaml.value, item, i, problems));
  return problems.length > 0 ? err(problems) : ok(read);
}

function incident(yaml: YamlFile, item: unknown, i: number, problems: Problem[]): KnownIncident {
  const map: { readonly [key: string]: unknown } = typeof item === 'object' && item !== null ? { ...item } : {};
  const wrong = (key: string, message: string, remedy?: string): void => void problems.push(yaml.at([i, key], message, { remedy }));
  const { id, severity, commits } = map;
  if (typeof id !== 'string' || id === '') wrong('id', 'must be a text that is not empty', 'put it in quotes');
  if (severity !== 1 && severity !== 2 && severity !== 3 && severity !== 4) wrong('severity', 'must be 1 (the worst), 2, 3 or 4');
  const at = typeof map.at === 'string' ? dateOf(map.at) : null;
  if (at === null) wrong('at', 'must be a date', 'write 2026-01-31 or 2026-01-31T10:00:00Z');
  if (map.class !== undefined && typeof map.class !== 'string') wrong('class', 'must be a text');
  const ids = Array.isArray(commits) ? commits.map((c: unknown) => (typeof c === 'string' ? c.toLowerCase() : '')) : [];
  // Digits alone are a number to YAML, and `12e4567` a large one.
  if (ids.length === 0 || !ids.every((c) => /^[0-9a-f]{7,64}$/.test(c))) wrong('commits', 'must be a list of commit ids of at least 7 digits', 'put each id in quotes');
  return {
    id: String(id),
    at: at ?? 0,
    severity: severity === 1 || severity === 2 || severity === 3 ? severity : 4,
    class: typeof map.class === 'string' ? map.class : null,
    commits: ids,
  };
}

/** Milliseconds since 1970 of a date, or of a date and time with its zone; null where it is neither. Without a zone: UTC. */
export function dateOf(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.test(text)) return null;
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10)) || text.length === 10 ? text : `${text}Z`;
  const at = Date.parse(zoned.replace(' ', 'T'));
  return Number.isNaN(at) ? null : at;
}
