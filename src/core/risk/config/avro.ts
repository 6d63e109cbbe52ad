/** CFG109 of Avro: what an old writer wrote must be readable by a new reader, and the other way round. */
import { canonical, type DataNode, entry, items, text } from '../data.ts';
import { rule } from '../finding.ts';
import type { Detector, Finding } from '../risk.ts';
import { isRehearsal } from '../source/files.ts';
import { parsedText } from './avro-text.ts';

const CFG109 = rule('CFG109', 'contract', 'high', 'exact', ['no reader and no writer of the old form is left']);

export const avro: Detector = {
  id: 'avro',
  detect: ({ files }) =>
    files.flatMap((file) => {
      if (file.base === undefined || file.head === undefined) return [];
      const [base, head] = [fieldsOf(parsedText(file.path, file.base)), fieldsOf(parsedText(file.path, file.head))];
      if (base === null || head === null) return [];
      const say = (name: string, line: number, side: 'base' | 'head', why: string): Finding =>
        CFG109({ place: { path: file.path, side, line, object: name }, ...(isRehearsal(file.path) ? { severity: 'elevated' } : {}), what: `${name} in ${file.path} ${why}` });
      const lost = [...base].flatMap(([name, was]) => {
        const is = head.get(name);
        if (is === undefined) return [say(name, was.line, 'base', 'is removed: readers of the old form find nothing')];
        return is.type === was.type ? [] : [say(name, is.line, 'head', `changes its type from ${was.type} to ${is.type}`)];
      });
      const asked = [...head].flatMap(([name, is]) =>
        base.has(name) || is.defaulted ? [] : [say(name, is.line, 'head', 'is new and has no default: what was written before cannot be read')],
      );
      return [...lost, ...asked];
    }),
};

interface Field {
  readonly type: string;
  readonly defaulted: boolean;
  readonly line: number;
}

/** null: no record of Avro. */
function fieldsOf(node: DataNode | undefined): ReadonlyMap<string, Field> | null {
  if (text(entry(node, 'type')?.value) !== 'record' || entry(node, 'fields') === undefined) return null;
  const record = text(entry(node, 'name')?.value) ?? '';
  return new Map(
    items(entry(node, 'fields')?.value).map((f) => [
      `${record}.${text(entry(f, 'name')?.value) ?? ''}`,
      { type: canonical(entry(f, 'type')?.value).replace(/^"|"$/g, ''), defaulted: entry(f, 'default') !== undefined, line: f.line },
    ]),
  );
}
