/** Parts of a repository that are built and run each by itself, and the application where there is one. */
import { below, folderOf, nameOf } from './places.ts';
import type { ProposedSystem } from './system-of.ts';
import { counted, few, wordText } from './words.ts';

const MOST = 12;

/** A folder with one of these is built by itself. */
const BUILT =
  /^(?:Dockerfile|Containerfile|go\.mod|package\.json|pyproject\.toml|requirements\.txt|Cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|Gemfile|mix\.exs|composer\.json|serverless\.ya?ml|[^/]+\.csproj|main\.go)$/;
/** And one of these stands above what runs by itself. */
const PARTS = /^(?:services?|apps?|functions|lambdas?|microservices|servers?|backends?|components|workers)$/;

export function services(files: readonly string[]): readonly ProposedSystem[] {
  const built = [...new Set(files.filter((p) => BUILT.test(nameOf(p))).flatMap((p) => partOf(p) ?? []))].sort();
  if (built.length >= 2) return each(built, files);
  return application(files);
}

/** `services/orders` of `services/orders/go.mod`. */
function partOf(path: string): string | undefined {
  const parts = path.split('/');
  const at = parts.slice(0, -2).findIndex((part) => PARTS.test(part));
  return at < 0 || at > 2 ? undefined : parts.slice(0, at + 2).join('/');
}

/** The largest; what is left is said. */
function each(folders: readonly string[], files: readonly string[]): readonly ProposedSystem[] {
  const sizes = new Map(folders.map((f) => [f, files.filter((p) => p.startsWith(`${f}/`)).length]));
  const largest = [...folders].sort((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0) || (a < b ? -1 : 1)).slice(0, MOST);
  const left = folders.length - largest.length;
  const ids = new Set<string>();
  return largest.flatMap((folder): readonly ProposedSystem[] => {
    const glob = below(folder);
    const id = idOf(nameOf(folder), ids);
    const because = `${wordText(folder)} is built by itself, ${counted(sizes.get(folder) ?? 0, 'file')}${left > 0 && folder === largest.at(-1) ? `; ${left} smaller ones are not listed` : ''}`;
    return glob === undefined ? [] : [{ id, name: wordText(nameOf(folder)) || id, criticality: 3, paths: [glob], because }];
  });
}

/** Never one that another system has: those are single words without this beginning. */
function idOf(name: string, taken: Set<string>): string {
  const slug =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 40) || 'part';
  let id = `service.${slug}`;
  for (let n = 2; taken.has(id); n++) id = `service.${slug}-${n}`;
  taken.add(id);
  return id;
}

const RUN = /^(?:Dockerfile|Procfile|config\.ru|manage\.py|wsgi\.py|docker-compose\.ya?ml|compose\.ya?ml|Containerfile|[a-z.-]*\.Dockerfile|Dockerfile\.[a-z]+)$/;
const SOURCE = /\.(?:tsx?|jsx?|mjs|py|rb|go|java|kt|rs|php|cs|cc|cpp|c|swift|scala|exs?|clj|erb|vue|svelte)$/;

/** One application: the folders at the top that hold its code. */
function application(files: readonly string[]): readonly ProposedSystem[] {
  const runs = files.filter((p) => (folderOf(p) === '' && RUN.test(p)) || /^cmd\/[^/]+\/main\.go$/.test(p));
  const tops = Map.groupBy(
    files.filter((p) => SOURCE.test(p) && p.includes('/') && !p.startsWith('.')),
    (p) => p.slice(0, p.indexOf('/')),
  );
  const most = [...tops]
    .filter(([, some]) => some.length >= 3)
    .sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1))
    .slice(0, MOST)
    .map(([top]) => top);
  const paths = most.sort().flatMap((top) => below(top) ?? []);
  if (runs.length === 0 || paths.length === 0) return [];
  return [
    {
      id: 'application',
      name: 'The application',
      criticality: 3,
      paths,
      because: `${few(runs.map(wordText), 2)} ${runs.length === 1 ? 'builds or starts' : 'build or start'} it; these folders hold its code`,
    },
  ];
}
