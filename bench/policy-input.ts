/**
 * A policy and a change as a large repository has them: rules by directory, by kind of file, by exact name, with braces and
 * with parts taken out again. The same seed gives the same input everywhere.
 */
export interface BenchRule {
  readonly id: string;
  readonly paths: readonly string[];
  /** What somebody would write by hand instead of `paths`. */
  readonly plain: (path: string) => boolean;
  /** Asks only where the change is assisted and its tier high. */
  readonly when: boolean;
  /** `paths` in the words of Cedar's `like`. */
  readonly likes: string;
}

/** Numbers from 0 to `below`, the same in every run (mulberry32). */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const WORDS =
  'billing orders search ledger gateway identity catalog pricing media export import webhook audit report session payment refund invoice tax shipping stock cart checkout notify mail push feed rank index crawl'.split(
    ' ',
  );
const PARTS = ['src', 'api', 'deploy', 'migrations', 'test', 'config'];
const AREAS = ['network', 'storage', 'iam', 'dns', 'cluster', 'queue', 'cache', 'monitoring'];
const KINDS = ['ts', 'go', 'tf', 'sql', 'yaml', 'md', 'json', 'py'];
const NAMED = ['Dockerfile', 'package.json', 'go.mod', 'Chart.yaml', 'values.yaml', 'Makefile'];
const SERVICES = Array.from({ length: 90 }, (_, i) => `${WORDS[i % WORDS.length]}${i < WORDS.length ? '' : `-${Math.floor(i / WORDS.length)}`}`);

type Shape = Pick<BenchRule, 'paths' | 'plain' | 'likes'>;
const like = (...patterns: readonly string[]): string => patterns.map((p) => `resource.path like "${p}"`).join(' || ');
const below = (folder: string): Shape => ({ paths: [`${folder}/**`], plain: (p) => p.startsWith(`${folder}/`), likes: like(`${folder}/*`) });

function shape(i: number, roll: (below: number) => number): Shape {
  const pick = (from: readonly string[]): string => from[roll(from.length)] ?? '';
  const service = `services/${pick(SERVICES)}`;
  const [part, area, kind, named] = [pick(PARTS), pick(AREAS), pick(KINDS), pick(NAMED)];
  switch (i % 10) {
    case 0:
    case 1:
    case 2:
      return below(service);
    case 3:
    case 4:
      return below(`${service}/${part}`);
    case 5: {
      const [start, end] = [`${service}/`, `.${kind}`];
      return { paths: [`${service}/**/*.${kind}`], plain: (p) => p.startsWith(start) && p.endsWith(end), likes: like(`${service}/*.${kind}`) };
    }
    case 6: {
      const files = [`${service}/${named}`, `${service}/${part}/main.ts`, `infra/${area}/main.tf`];
      return { paths: files, plain: (p) => files.some((f) => f === p), likes: like(...files) };
    }
    case 7: {
      const folders = ['dev', 'stage', 'prod'].map((stage) => `infra/${stage}/${area}/`);
      return { paths: [`infra/{dev,stage,prod}/${area}/**`], plain: (p) => folders.some((f) => p.startsWith(f)), likes: like(...folders.map((f) => `${f}*`)) };
    }
    case 8: {
      const [inside, out] = [`${service}/`, `${service}/test/`];
      return {
        paths: [`${service}/**`, `!${service}/test/**`],
        plain: (p) => p.startsWith(inside) && !p.startsWith(out),
        likes: `${like(`${inside}*`)} && !(${like(`${out}*`)})`,
      };
    }
    default: {
      const end = i % 20 === 9 ? `.${kind}` : `/${named}`;
      return i % 20 === 9
        ? { paths: [`**/*.${kind}`], plain: (p) => p.endsWith(end), likes: like(`*.${kind}`) }
        : { paths: [`**/${named}`], plain: (p) => p.endsWith(end) || p === named, likes: like(named, `*/${named}`) };
    }
  }
}

/** The last rule takes every path, so that nothing is uncovered. */
export function rulesOf(count: number): readonly BenchRule[] {
  const roll = dice(1);
  const rules = Array.from({ length: count - 1 }, (_, i) => ({ id: `rule-${i}`, ...shape(i, roll), when: i % 3 === 0 }));
  return [...rules, { id: 'everything-else', paths: ['**'], plain: () => true, when: false, likes: like('*') }];
}

/** As git lists them: distinct, sorted. */
export function pathsOf(count: number): readonly string[] {
  const roll = dice(2);
  const pick = (from: readonly string[]): string => from[roll(from.length)] ?? '';
  const paths = new Set<string>();
  while (paths.size < count) {
    const name = roll(12) === 0 ? pick(NAMED) : `${pick(WORDS)}${roll(3) === 0 ? `-${pick(WORDS)}` : ''}${roll(40)}.${pick(KINDS)}`;
    const folder = roll(5) === 0 ? `infra/${pick(['dev', 'stage', 'prod'])}/${pick(AREAS)}` : `services/${pick(SERVICES)}/${pick(PARTS)}${roll(2) === 0 ? `/${pick(WORDS)}` : ''}`;
    paths.add(roll(30) === 0 ? `docs/${name}` : `${folder}/${name}`);
  }
  return [...paths].sort();
}
