/** META004: a job that made copies is gone: scheduled jobs of Kubernetes, of cron, of timers, and scripts called after backups. */
import { text as asText, dig, entry } from '../data.ts';
import type { FileEvidence, Parsed } from '../evidence.ts';
import { rule } from '../finding.ts';
import { textOf } from '../lines.ts';
import type { Detector, Finding } from '../risk.ts';
import { isCode, isProse, isRehearsal } from './files.ts';
import { goneRaw } from './raw-lines.ts';

const META004 = rule('META004', 'guard-weakened', 'critical', 'exact', ['the guard asks for no less than before']);

const BACKUP = /backup|snapshot-?job|pg_?dump|mysqldump|mongodump|xtrabackup|restic|borg(?:matic|backup)|wal-?g\b|barman|duplicity|velero/i;
/** Minute, hour, day, month, weekday, or a word for them, then a command. */
const CRON = /^\s*(?:@(?:hourly|daily|weekly|monthly|yearly|midnight)|(?:[\d*/,-]{1,40}\s+){4}[\w*/,-]{1,40})\s+\S/;
const SCHEDULED = /(?:^|\/)(?:cron(?:tab)?(?:\.d|\.daily|\.hourly|\.weekly)?)(?:\/|$)|\.(?:timer|cron)$|crontab/i;

export const backups: Detector = {
  id: 'backups',
  detect: ({ files }) => {
    const after = files.map((f) => textOf(f.head)).filter((t) => BACKUP.test(t));
    return files.filter((f) => f.base !== undefined && !isRehearsal(f.path) && !isProse(f.path)).flatMap((f) => [...jobs(f, files), ...lines(f, after)]);
  },
};

const say = (file: FileEvidence, line: number, object: string): Finding =>
  META004({ place: { path: file.path, side: 'base', line, object }, what: `${object} is gone: nothing copies what it copied`, because: [['path', file.path]] });

function jobs(file: FileEvidence, files: readonly FileEvidence[]): readonly Finding[] {
  const before = jobsOf(file.base);
  if (before.size === 0) return [];
  const after = new Set(files.flatMap((f) => [...jobsOf(f.head).keys()]));
  return [...before].flatMap(([name, line]) => (after.has(name) ? [] : [say(file, line, name)]));
}

/** Schedules of Velero and their like are Kubernetes' own rule. */
function jobsOf(side: Parsed | undefined): ReadonlyMap<string, number> {
  if (side?.kind !== 'data' || !BACKUP.test(side.text)) return new Map();
  const found = side.documents.flatMap((d): (readonly [string, number])[] => {
    const [kind, name] = [asText(entry(d, 'kind')?.value) ?? '', asText(dig(d, 'metadata', 'name')) ?? ''];
    return /^(?:CronJob|ScheduledBackup|BackupSchedule|CronWorkflow)$/.test(kind) && (BACKUP.test(name) || BACKUP.test(kind)) ? [[`${kind} ${name}`, d.line]] : [];
  });
  return new Map(found);
}

function lines(file: FileEvidence, after: readonly string[]): readonly Finding[] {
  const scheduled = SCHEDULED.test(file.path);
  if (file.base?.kind !== 'text' || (isCode(file.path) && !scheduled)) return [];
  if (scheduled && file.head === undefined && BACKUP.test(`${file.path}\n${textOf(file.base)}`) && !after.includes(textOf(file.base))) return [say(file, 1, file.path)];
  const lost = goneRaw(file).find((l) => l.text.length < 2_000 && CRON.test(l.text) && BACKUP.test(l.text) && !l.text.trim().startsWith('#'));
  const command = BACKUP.exec(lost?.text ?? '')?.[0];
  // moved, or run at another time
  return lost === undefined || command === undefined || after.some((t) => t.includes(command)) ? [] : [say(file, lost.line, lost.text.trim().slice(0, 120))];
}
