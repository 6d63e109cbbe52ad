/**
 * DEP106: what everything else runs on: database engines, whose data no older version reads again, base images, runtimes. Only a step
 * of the number that breaks counts: `postgres:16.1` to `16.2` is an ordinary update.
 */
import type { FileEvidence } from '../evidence.ts';
import { rule } from '../finding.ts';
import { linesOf, type NewLine } from '../lines.ts';
import type { Detector, Finding } from '../risk.ts';
import { baseName, isProse, isRehearsal } from '../source/files.ts';
import { versionOf } from './versions.ts';

const DEP106 = rule('DEP106', 'engine', 'high', 'exact', ['the upgrade was rehearsed on a copy of the data', 'the number that moves is a minor one']);

export const engines: Detector = { id: 'engines', detect: ({ files }) => files.filter((f) => f.base !== undefined && f.head !== undefined && !isProse(f.path)).flatMap(ofFile) };

const DATABASE =
  /^(?:postgres(?:ql)?|postgis|timescaledb|mysql|mariadb|percona|mongo(?:db)?|redis|valkey|elasticsearch|opensearch|cassandra|scylla|couchdb|neo4j|influxdb|clickhouse(?:-server)?|cockroach|etcd|kafka|rabbitmq|zookeeper|aurora-(?:postgresql|mysql)|docdb|memcached)$/;

interface Engine extends NewLine {
  readonly name: string;
  readonly version: string;
}

function ofFile(file: FileEvidence): readonly Finding[] {
  const read = readerOf(file.path);
  if (read === undefined) return [];
  const base = new Map(linesOf(file.base).flatMap((l) => read(l).map((e) => [e.name, e] as const)));
  const seen = new Set<string>();
  return linesOf(file.head)
    .flatMap(read)
    .flatMap((now) => {
      const was = base.get(now.name);
      if (was === undefined || seen.has(now.name) || !breaks(now.name, was.version, now.version)) return [];
      seen.add(now.name);
      const database = DATABASE.test(now.name) || now.name === 'database';
      const severity = isRehearsal(file.path) ? 'elevated' : database ? 'critical' : 'high';
      const what = `${now.name} goes from ${was.version} to ${now.version}${database ? ': no older version reads its data again' : ''}`;
      return [
        DEP106({
          place: { path: file.path, side: 'head', line: now.line, object: now.name },
          severity,
          because: [
            ['before', was.text],
            ['now', now.text],
          ],
          what,
        }),
      ];
    });
}

/** The first number, and of Python, Go, Ruby and Linux distributions the second. A named release is another one. */
function breaks(name: string, was: string, now: string): boolean {
  const [a, b] = [versionOf(was), versionOf(now)];
  if (a === undefined || b === undefined)
    return was !== now && /^[a-z]+/.test(was) && /^[a-z]+/.test(now) && !/^(?:latest|stable|lts|edge|main|nightly)$/.test(now) && family(was) !== family(now);
  return a[0] !== b[0] || (/^(?:python|ruby|php|alpine|ubuntu)\b/.test(name) && a[1] !== b[1]);
}
const family = (tag: string): string => /^[a-z]+/.exec(tag)?.[0] ?? tag;

type Reader = (line: NewLine) => readonly Engine[];

function readerOf(path: string): Reader | undefined {
  const base = baseName(path);
  if (/^(?:dockerfile|containerfile)/i.test(base) || /\.dockerfile$/i.test(base)) return dockerfile;
  if (/^\.(?:node-version|nvmrc|python-version|ruby-version|java-version|php-version)$/.test(base)) return (l) => versionFile(base, l);
  if (/^(?:\.tool-versions|runtime\.txt)$/.test(base)) return toolVersions;
  if (/^(?:docker-compose|compose)\b.*\.ya?ml$/.test(base) || /(?:^|\/)(?:k8s|kubernetes|manifests|helm|charts|deploy)\//.test(path)) return image;
  return /\.(?:tf|tofu|hcl|tfvars)$/.test(base) ? engineVersion : undefined;
}

const tagged = (line: NewLine, text: string): readonly Engine[] => {
  const [, path = '', tag = ''] = /^(?:--platform=\S+\s+)?([\w./:-]{1,200}?):([\w.-]{1,120})(?:@sha256:\w+)?(?:\s|$)/.exec(text) ?? [];
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name === '' ? [] : [{ ...line, name, version: tag }];
};
const dockerfile: Reader = (l) => (/^from\s/i.test(l.text) ? tagged(l, l.text.slice(5).trim()) : []);
const image: Reader = (l) => {
  const value = /^(?:-\s*)?image:\s*["']?([^\s"'#]+)/.exec(l.text)?.[1];
  const found = value === undefined ? [] : tagged(l, value);
  return found.filter((e) => DATABASE.test(e.name));
};
const versionFile = (base: string, l: NewLine): readonly Engine[] =>
  /^v?\d/.test(l.text)
    ? [
        {
          ...l,
          name: base
            .slice(1)
            .replace(/-version$/, '')
            .replace('nvmrc', 'node'),
          version: l.text,
        },
      ]
    : [];
const toolVersions: Reader = (l) => {
  const [, name = '', version = ''] = /^([a-z]+)[\s-]+v?(\d[\w.]*)/.exec(l.text) ?? [];
  return name === '' ? [] : [{ ...l, name: name.replace('nodejs', 'node'), version }];
};
const engineVersion: Reader = (l) => {
  const version = /^(?:engine_version|database_version|db_engine_version|postgres_version|mysql_version)\s*=\s*"([^"$]+)"/.exec(l.text)?.[1];
  // Google writes the engine into the version: POSTGRES_15
  return version === undefined ? [] : [{ ...l, name: 'database', version: version.replace(/^[A-Z]+_/, '').replace(/_/g, '.') }];
};
