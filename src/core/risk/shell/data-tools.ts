/** SH104 and SH105: disks wiped, databases dropped or emptied. A device or a database made for this run is elevated. */
import type { Asked, Hit } from './hit.ts';
import { madeBefore } from './made.ts';
import { SH104, SH105 } from './rules.ts';
import { toolName } from './script.ts';

const disk = (a: Asked, why: string, device?: string): Hit => ({ make: SH104, why, ...(scratchDevice(a, device) ? { severity: 'elevated' as const } : {}) });

export function disks(a: Asked): Hit | undefined {
  const raw = a.command.redirects.find((r) => r.operator.startsWith('>') && /^\/dev\/(?:sd|nvme|vd|xvd|hd|mapper|md|dm|disk)/.test(r.target));
  if (raw !== undefined) return disk(a, 'writes over a disk', raw.target);
  const device = a.plain.at(-1);
  if (a.tool === 'dd') {
    const of = a.args.find((x) => x.startsWith('of='))?.slice(3);
    return of !== undefined && (/^\/dev\/(?!null$|zero$|stdout$|stderr$|tty|fd\/|shm\/)/.test(of) || of.startsWith('$')) ? disk(a, 'writes over a disk', of) : undefined;
  }
  if (/^mkfs(?:\.\w+)?$|^mke2fs$|^mkswap$/.test(a.tool))
    return device !== undefined && /^\/dev\/|^\$/.test(device) ? disk(a, 'makes a new file system where one may be', device) : undefined;
  if (a.tool === 'wipefs') return a.has('--all') || a.letter('a') || a.has('-o', '--offset') ? disk(a, 'wipes a disk', device) : undefined;
  if (/^(?:lv|vg|pv)remove$|^blkdiscard$|^(?:zpool|zfs)$|^shred$|^cryptsetup$|^sgdisk$|^parted$|^mdadm$|^nvme$|^hdparm$/.test(a.tool)) return volumes(a, device);
  return undefined;
}

function volumes(a: Asked, device: string | undefined): Hit | undefined {
  if (/^z/.test(a.tool)) return a.args.some((x) => /^(?:destroy|labelclear)$/.test(x)) ? disk(a, 'destroys a pool or a file system') : undefined;
  if (a.tool === 'cryptsetup')
    return a.args.some((x) => /^(?:luksFormat|luksErase|erase|luksKillSlot)$/.test(x)) ? disk(a, 'makes an encrypted disk unreadable', device) : undefined;
  if (a.tool === 'sgdisk') return a.has('--zap-all', '--zap', '--clear', '-Z', '-o') ? disk(a, 'wipes the table of partitions', device) : undefined;
  if (a.tool === 'parted') return a.args.some((x) => /^(?:mklabel|mktable|rm)$/.test(x)) ? disk(a, 'rewrites the table of partitions', a.plain[0]) : undefined;
  if (a.tool === 'mdadm') return a.has('--zero-superblock') ? disk(a, 'takes a disk out of its array for good', device) : undefined;
  if (a.tool === 'nvme') return a.args.some((x) => /^(?:format|sanitize)$/.test(x)) ? disk(a, 'wipes a disk', device) : undefined;
  if (a.tool === 'hdparm') return a.args.some((x) => x.startsWith('--security-erase')) ? disk(a, 'wipes a disk', device) : undefined;
  if (a.tool === 'shred') return device?.startsWith('/dev/') === true || device?.startsWith('$') === true ? disk(a, 'wipes a disk', device) : undefined;
  return disk(a, 'removes a volume', device);
}

/** A loop device or a runner that is thrown away. */
const scratchDevice = (a: Asked, device: string | undefined): boolean =>
  a.script.scratch ||
  (device !== undefined && (/^\/dev\/(?:loop|ram|zram|nbd|null)/.test(device) || /losetup/.test(device) || /\bloop/i.test(device))) ||
  madeBefore(a).some(([tool, words]) => tool === 'losetup' && device !== undefined && words.includes(device));

const data = (a: Asked, why: string, severity?: Hit['severity']): Hit => ({
  make: SH105,
  why,
  ...(throwAway(a) ? { severity: 'elevated' as const } : severity === undefined ? {} : { severity }),
});

/** Named as one for tests, on this machine, or made by this script. */
function throwAway(a: Asked): boolean {
  const host = a.value('-h', '--host', '--hostname');
  if (host !== undefined && !/^(?:localhost|127\.0\.0\.1|::1)$/.test(host)) return false;
  if ([...a.command.given, ...a.args].some((x) => /^(?:RAILS_ENV|RACK_ENV|NODE_ENV|MIX_ENV|APP_ENV|DJANGO_ENV)=test$|^--env=test(?:ing)?$/.test(x))) return true;
  const name = a.plain.at(-1) ?? '';
  if (/(?:^|[_-])(?:test|tests|testing|tmp|scratch|ci)(?:$|[_\d-])/i.test(name) && !/\s/.test(name)) return true;
  return a.tool === 'dropdb' && madeBefore(a).some(([tool, words]) => tool === 'createdb' && words.at(-1) === name);
}

const SQL =
  /\b(?:drop\s+(?:database|schema|table|keyspace|index|view|materialized|role|user|type|owned|collection|function|publication|subscription|extension|column|constraint)|truncate\s+\w|truncate\s*table|alter\s+table\b[^;]{0,400}\bdrop\b)/i;
/** Rows without a condition: all of them. */
const ALL_ROWS = /\b(?:delete\s+from\s+[\w."`]+\s*(?:;|$|["'])|update\s+[\w."`]+\s+set\b(?![^;]*\bwhere\b))/i;
const DOCUMENTS = /\.(?:drop|dropDatabase|deleteMany|remove)\(|dropDatabase/;
const CLIENT =
  /^(?:psql|mysql|mariadb|sqlcmd|clickhouse-client|clickhouse|mongo|mongosh|cqlsh|sqlite3?|sqlplus|bq|snowsql|cockroach|duckdb|pgcli|mycli|influx|redis-cli|valkey-cli|keydb-cli)$/;

const MIGRATIONS: readonly (readonly [RegExp, RegExp])[] = [
  [/^(?:rails|rake)$/, /^db:(?:drop|reset|purge|schema:load|structure:load|migrate:reset|truncate_all|seed:replant)(?::\S*)?$/],
  [/^prisma$/, /^(?:reset|--force-reset|--accept-data-loss)$/],
  [/^(?:artisan|php)$/, /^(?:migrate:(?:fresh|reset|refresh)|db:wipe)$/],
  [
    /^(?:migrate|dbmate|goose|soda|refinery|sqlx|diesel|atlas|sea-orm-cli|typeorm|sequelize|sequelize-cli|knex|mikro-orm|drizzle-kit|ecto|mix|bin\/console|console|doctrine)$/,
    /^(?:drop|reset|fresh|down-to|db:drop|schema:drop|migrate:reset|ecto\.(?:drop|reset)|doctrine:(?:database|schema):drop|clean)$/,
  ],
  [/^(?:flyway)$/, /^clean$/],
  [/^liquibase$/, /^(?:drop-all|dropAll)$/],
  [/^alembic$/, /^base$/],
  [/^(?:manage\.py|django-admin)$/, /^(?:flush|reset_db|sqlflush)$/],
];

export function databases(a: Asked): Hit | undefined {
  if (a.onlyShows) return undefined;
  if (a.tool === 'dropdb' || a.tool === 'pg_dropcluster') return data(a, 'drops a database');
  if (a.args.some((x) => /^flush(?:all|db)$/i.test(x)) && !/^(?:arp|ip|nft)$/.test(a.tool)) return /redis|valkey|keydb/.test(a.tool) ? data(a, 'empties a Redis') : undefined;
  if (CLIENT.test(a.tool)) return sql(a);
  if (/^kafka-topics(?:\.sh)?$/.test(a.tool) && a.has('--delete')) return data(a, 'deletes a topic and what is in it');
  if (a.tool === 'mysqladmin' && a.args.includes('drop')) return data(a, 'drops a database');
  if (a.tool === 'mongorestore' && a.has('--drop')) return data(a, 'drops collections before it restores them');
  if (a.tool === 'rabbitmqctl' && a.verbs.some((v) => /^(?:reset|force_reset|delete_queue|purge_queue|delete_vhost)$/.test(v))) return data(a, 'empties a message broker');
  if (/^(?:curl|http|https|xh|wget)$/.test(a.tool)) return http(a);
  const migrates = MIGRATIONS.some(([tool, verb]) => tool.test(a.tool) && a.args.some((x) => verb.test(x)));
  return migrates && !(a.tool === 'mix' && !a.args.some((x) => x.startsWith('ecto.'))) ? data(a, 'drops or empties a database') : undefined;
}

function sql(a: Asked): Hit | undefined {
  const fed = a.command.from.flatMap((w) => (/^(?:echo|printf|cat)$/.test(toolName(w[0])) ? w.slice(1).map((x) => x.text) : []));
  const text = [...a.args, a.command.input ?? '', ...fed]
    .join('\n')
    .slice(0, 100_000)
    .replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ');
  if (SQL.test(text) || ALL_ROWS.test(text)) return data(a, 'runs SQL that drops or empties');
  return /^mongo/.test(a.tool) && DOCUMENTS.test(text) ? data(a, 'drops a database or a collection') : undefined;
}

const STORE =
  /:(?:9200|9300|5984|8086|8500|2379|8200|6333|7474|8983|8123|9090|8529)\b|elastic|opensearch|couch|influx|solr|consul|vault|etcd|qdrant|weaviate|firebase|supabase|kibana|clickhouse|prometheus|kafka|rabbit/i;

function http(a: Asked): Hit | undefined {
  const method = a.value('-X', '--request', '--method') ?? a.args.find((x) => /^-X\w+$/.test(x))?.slice(2) ?? (/^(?:http|https|xh)$/.test(a.tool) ? a.plain[0] : undefined);
  if (method?.toUpperCase() !== 'DELETE') return undefined;
  const url = a.args.find((x) => /:\/\/|^localhost|:\d{2,5}\/|^\$/.test(x)) ?? '';
  if (/\/\/(?:localhost|127\.0\.0\.1)\b/.test(url)) return data(a, 'deletes in a data store on this machine', 'elevated');
  return STORE.test(url) ? data(a, 'deletes in a data store') : data(a, 'deletes by a call to another service', 'high');
}
