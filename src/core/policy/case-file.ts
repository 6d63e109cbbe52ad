/** Scenario files: `{version: 1, cases: [...]}` in YAML, of which JSON is a part. Every problem has file, line and column. */
import { err, ok, type Problem, type Result } from '../base/result.ts';
import type { Case } from './case.ts';
import { SCENARIOS_SHAPE } from './case-fields.ts';
import { type Named, namesKnown } from './case-names.ts';
import { type Complain, readCase } from './case-shape.ts';
import { shaped } from './file-shape.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

/** A case and where it is written: `peers.yml cases[3]`, `countersign.yml tests[0]`. */
export interface PlacedCase {
  readonly place: string;
  readonly given: Case;
}

/** @param file its name in messages. @param policy whose levels and rules the cases name. Every problem is POLICY_INVALID. */
export function readScenarios(bytes: Uint8Array, file: string, policy: Named): Result<readonly PlacedCase[], readonly Problem[]> {
  const yaml = readYaml(bytes, file, 'POLICY_INVALID');
  if (!yaml.ok) return yaml;
  const shape = shaped(SCENARIOS_SHAPE, yaml.value);
  return shape.ok ? placed(yaml.value, shape.value.cases, file, policy, 'cases') : shape;
}

/** One case, or a scenario file. */
export function readCases(bytes: Uint8Array, file: string, policy: Named): Result<readonly PlacedCase[], readonly Problem[]> {
  const yaml = readYaml(bytes, file, 'POLICY_INVALID');
  if (!yaml.ok) return yaml;
  const { value } = yaml.value;
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, 'cases')) return readScenarios(bytes, file, policy);
  return placed(yaml.value, [value], file, policy, null);
}

function placed(yaml: YamlFile, values: readonly unknown[], file: string, policy: Named, list: string | null): Result<readonly PlacedCase[], readonly Problem[]> {
  const problems: Problem[] = [];
  const cases = values.flatMap((value, i) => {
    const here = list === null ? [] : [list, i];
    const complain: Complain = (path, message, more) => problems.push(yaml.at([...here, ...path], message, more));
    const place = list === null ? file : `${file} ${list}[${i}]`;
    return readCase(value, complain).flatMap((given) => (namesKnown(given, policy, complain) ? [{ place, given }] : []));
  });
  return problems.length > 0 ? err(problems) : ok(cases);
}
