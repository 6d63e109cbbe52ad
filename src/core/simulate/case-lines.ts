/** Lines of JSON, one case each. A line comes from another program, so two equal keys in it are refused: readers differ on them. */

import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import type { Case } from '../policy/case.ts';
import { type Named, namesKnown } from '../policy/case-names.ts';
import { type Complain, readCase } from '../policy/case-shape.ts';
import { remedyOf } from '../policy/yaml-file.ts';
import { parseStrictJson } from '../signoff/strict-json.ts';

/** Problems: GATE_REQUEST_INVALID, with the number of the line (from 1) and the place in it. */
export function readLine(line: Uint8Array | string, number: number, file: string, policy: Named): Result<Case, readonly Problem[]> {
  const place = `${file}:${number}`;
  const json = parseStrictJson(line);
  if (!json.ok)
    return err([problem('GATE_REQUEST_INVALID', `is not one JSON value: ${json.error}`, { place, remedy: 'write one case a line, as docs/spec/facts.schema.json says' })]);
  const problems: Problem[] = [];
  const complain: Complain = (path, message, more) => {
    const where = pathText(more?.key === undefined ? path : [...path, more.key]);
    const remedy = remedyOf(more?.remedy);
    problems.push(problem('GATE_REQUEST_INVALID', message, { place: where === '' ? place : `${place} ${where}`, ...(remedy === undefined ? {} : { remedy }) }));
  };
  const [given] = readCase(json.value, complain);
  return given !== undefined && namesKnown(given, policy, complain) ? ok(given) : err(problems);
}

/** `signoffs[0].by` */
const pathText = (path: readonly PropertyKey[]): string => path.map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${String(step)}`)).join('');
