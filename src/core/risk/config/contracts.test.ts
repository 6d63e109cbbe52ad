import { describe, expect, it } from 'vitest';
import { parseJson, parseYaml } from '../../../adapters/languages/data.ts';
import { detect } from '../detect.ts';
import type { FileEvidence, Parsed } from '../evidence.ts';
import { backups } from '../source/backups.ts';
import { CONFIG_DETECTORS } from './detectors.ts';

const parsed = (path: string, text: string): Parsed => (/\.ya?ml$/.test(path) ? parseYaml(text) : /\.json$/.test(path) ? parseJson(text) : { kind: 'text', text });
type Files = { readonly [path: string]: readonly [string | null, string | null] };
const fired = (files: Files): readonly string[] =>
  detect([...CONFIG_DETECTORS, backups], {
    plan: null,
    files: Object.entries(files).map(
      ([path, [before, after]]): FileEvidence => ({
        path,
        status: before === null ? 'A' : after === null ? 'D' : 'M',
        oldMode: '100644',
        newMode: '100644',
        ...(before === null ? {} : { base: parsed(path, before) }),
        ...(after === null ? {} : { head: parsed(path, after) }),
      }),
    ),
  }).findings.flatMap((f) => (f.rule === 'META001' ? [] : [`${f.rule}:${f.severity}`]));

const PROTO =
  'syntax = "proto3";\nmessage Order {\n  string id = 1;\n  int64 total = 2;\n  oneof who { string a = 3; }\n}\nenum State {\n  NEW = 0;\n  PAID = 1;\n}\nservice Orders {\n  rpc Get (Order) returns (Order);\n}\n';

describe('proto', () => {
  it.each<[string, string, string]>([
    ['a field goes', PROTO.replace('  int64 total = 2;\n', ''), 'high'],
    ['a field goes and its number is kept', PROTO.replace('  int64 total = 2;', '  reserved 2;'), 'elevated'],
    ['a field takes another number', PROTO.replace('total = 2', 'total = 9'), 'high'],
    ['a field takes another type', PROTO.replace('int64 total', 'string total'), 'high'],
    ['a field repeats', PROTO.replace('int64 total', 'repeated int64 total'), 'high'],
    ['a field is renamed', PROTO.replace('total', 'sum'), 'elevated'],
    ['a value goes', PROTO.replace('  PAID = 1;\n', ''), 'high'],
    ['a method goes', PROTO.replace('  rpc Get (Order) returns (Order);\n', ''), 'high'],
  ])('%s', (_, after, severity) => expect(fired({ 'api/order.proto': [PROTO, after] })).toEqual([`CFG109:${severity}`]));

  it.each<[string, Files]>([
    ['a field more', { 'a.proto': [PROTO, PROTO.replace('int64 total = 2;', 'int64 total = 2;\n  string note = 4;')] }],
    ['comments and order', { 'a.proto': [PROTO, `// ours\n${PROTO.replace('  string id = 1;\n  int64 total = 2;', '  int64 total = 2; // sum\n  string id = 1;')}`] }],
    ['a message that moves', { 'a.proto': [PROTO, 'syntax = "proto3";\n'], 'b.proto': [null, PROTO] }],
    ['others’ files', { 'third_party/a.proto': [PROTO, 'syntax = "proto3";\n'] }],
  ])('%s: silent', (_, files) => expect(fired(files)).toEqual([]));
});

const API =
  'openapi: 3.0.0\npaths:\n  /a:\n    get:\n      parameters:\n        - {name: q, in: query}\n    post: {}\ncomponents:\n  schemas:\n    A:\n      required: [x]\n      properties:\n        x: {type: string}\n        y: {type: integer}\n';
describe('OpenAPI', () => {
  it.each<[string, string]>([
    ['an operation goes', API.replace('    post: {}\n', '')],
    ['a property goes', API.replace('        y: {type: integer}\n', '')],
    ['a type changes', API.replace('y: {type: integer}', 'y: {type: string}')],
    ['a property is required', API.replace('[x]', '[x, y]')],
    ['a parameter is required', API.replace('in: query}', 'in: query, required: true}')],
  ])('%s', (_, after) => expect(fired({ 'api/openapi.yaml': [API, after] })).toEqual(['CFG109:high']));
  it.each<[string, string]>([
    ['an operation more', API.replace('    post: {}\n', '    post: {}\n    put: {}\n')],
    ['a property that is required no more', API.replace('[x]', '[]')],
    ['a schema more, with what it requires', API.replace('    A:\n', '    B:\n      required: [z]\n      properties:\n        z: {type: string}\n    A:\n')],
  ])('%s: silent', (_, after) => expect(fired({ 'api/openapi.yaml': [API, after] })).toEqual([]));
});

const record = (fields: string): string => `{"type": "record", "name": "R", "fields": [{"name": "a", "type": "string"}${fields}]}`;
describe('Avro', () => {
  it.each<[string, string, string]>([
    ['a field goes', record(', {"name": "b", "type": "int"}'), record('')],
    ['a field changes its type', record(', {"name": "b", "type": "int"}'), record(', {"name": "b", "type": "string"}')],
    ['a field is new without default', record(''), record(', {"name": "b", "type": "int"}')],
  ])('%s', (_, before, after) => {
    expect(fired({ 'schemas/r.avsc': [before, after] })).toEqual(['CFG109:high']);
    expect(fired({ 'avro/r.json': [before, after] })).toEqual(['CFG109:high']);
  });
  it('a field more with a default is silent', () => expect(fired({ 'r.avsc': [record(''), record(', {"name": "b", "type": "int", "default": 0}')] })).toEqual([]));
});

const ALERT =
  'groups:\n- name: g\n  rules:\n  - alert: Down\n    expr: up < 1\n    for: 5m\n    labels: {severity: critical}\n  - alert: Errors\n    expr: rate(errors[5m]) > 0.05\n';
describe('alerts and objectives', () => {
  it.each<[string, string, string]>([
    ['an alert goes', ALERT.replace(/ {2}- alert: Errors\n.*\n/, ''), 'META004:critical'],
    ['a threshold is raised', ALERT.replace('> 0.05', '> 0.5'), 'CFG108:high'],
    ['a threshold is lowered', ALERT.replace('up < 1', 'up < 0'), 'CFG108:high'],
    ['it waits longer', ALERT.replace('for: 5m', 'for: 30m'), 'CFG108:high'],
    ['it is milder', ALERT.replace('critical', 'warning'), 'CFG108:high'],
  ])('%s', (_, after, expected) => expect(fired({ 'alerts/a.yaml': [ALERT, after] })).toEqual([expected]));
  it('of a PrometheusRule', () => {
    const rule = `kind: PrometheusRule\nmetadata: {name: x}\nspec:\n${ALERT.replace(/^/gm, '  ')}`;
    expect(fired({ 'r.yaml': [rule, null] })).toEqual(['META004:critical', 'META004:critical']);
  });
  it.each<[string, string]>([
    ['Sloth', 'slos:\n- name: a\n  objective: 99.9\n'],
    ['OpenSLO', 'kind: SLO\nmetadata: {name: a}\nspec:\n  objectives:\n  - target: 99.9\n'],
  ])('of %s', (_, slo) => {
    expect(fired({ 'slo.yaml': [slo, slo.replace('99.9', '99')] })).toEqual(['CFG108:high']);
    expect(fired({ 'slo.yaml': [slo, slo.replace('99.9', '99.99')] })).toEqual([]);
  });
  it.each<[string, Files]>([
    ['an alert more', { 'a.yaml': [ALERT, `${ALERT}  - alert: More\n    expr: x > 1\n`] }],
    ['a stricter threshold', { 'a.yaml': [ALERT, ALERT.replace('> 0.05', '> 0.01')] }],
    ['another name for the same condition', { 'a.yaml': [ALERT, ALERT.replace('alert: Down', 'alert: TargetDown')] }],
    ['a file that moves', { 'a.yaml': [ALERT, null], 'b.yaml': [null, ALERT] }],
  ])('%s: silent', (_, files) => expect(fired(files)).toEqual([]));
});

describe('backups', () => {
  const JOB = 'kind: CronJob\nmetadata: {name: db-backup}\n';
  it.each<[string, Files]>([
    ['a job of Kubernetes', { 'k8s/a.yaml': [JOB, null] }],
    ['a line of cron', { 'etc/crontab': ['0 3 * * * root pg_dump prod | gzip\n0 4 * * * root true\n', '0 4 * * * root true\n'] }],
    ['a file of cron', { 'etc/cron.d/backup': ['0 3 * * * root /usr/bin/save\n', null] }],
    ['a timer', { 'units/backup.timer': ['[Timer]\nOnCalendar=daily\n', null] }],
  ])('%s goes', (_, files) => expect(fired(files)).toEqual(['META004:critical']));
  it.each<[string, Files]>([
    ['a job that moves', { 'a.yaml': [JOB, null], 'b.yaml': [null, JOB] }],
    ['another hour', { 'etc/crontab': ['0 3 * * * root pg_dump prod\n', '0 5 * * * root pg_dump prod\n'] }],
    ['another job', { 'a.yaml': ['kind: CronJob\nmetadata: {name: mail}\n', null] }],
  ])('%s: silent', (_, files) => expect(fired(files)).toEqual([]));
});

const FLAGD =
  '{"flags": {"checkout": {"state": "ENABLED", "defaultVariant": "off", "variants": {"on": true}, "targeting": {"env": ["staging"]}, "prerequisites": ["base"]}, "pay-kill-switch": {"state": "ENABLED"}}}';
describe('flags', () => {
  it.each<[string, string, string, string]>([
    ['flags.json', FLAGD, FLAGD.replace('"defaultVariant": "off"', '"defaultVariant": "on"'), 'FLAG101:high'],
    ['conf/app.yaml', 'feature_flags:\n  a: false\n', 'feature_flags:\n  a: true\n', 'FLAG101:high'],
    ['.env', 'FEATURE_PAY=false\n', 'FEATURE_PAY=true\n', 'FLAG101:high'],
    ['flags.yaml', 'a:\n  enabled: true\n  percentage: 0\n', 'a:\n  enabled: true\n  percentage: 100\n', 'FLAG101:high'],
    ['flags.json', FLAGD, FLAGD.replace('["staging"]', '["staging", "production"]'), 'FLAG102:high'],
    ['flags.json', FLAGD, FLAGD.replace('["base"]', '[]'), 'FLAG102:high'],
    ['flags.json', FLAGD, FLAGD.replace(', "pay-kill-switch": {"state": "ENABLED"}', ''), 'FLAG103:critical'],
    ['conf/app.yaml', 'feature_flags:\n  a_new: false\n  b: true\n', 'feature_flags:\n  b: true\n', 'FLAG103:elevated'],
  ])('%s: %s becomes %s', (path, before, after, expected) => expect(fired({ [path]: [before, after] }).filter((f) => f.startsWith('FLAG'))).toEqual([expected]));

  it('that code still reads', () => {
    const flag: Files = { 'conf/app.yaml': ['feature_flags:\n  new_pay: false\n  b: true\n', 'feature_flags:\n  b: true\n'] };
    expect(fired({ ...flag, 'src/pay.ts': ['if (flag("new_pay")) a()', 'a()'] })).toEqual(['FLAG103:high']);
  });
  it.each<[string, string, string]>([
    ['flags.yaml', 'a:\n  percentage: 0\n', 'a:\n  percentage: 10\n'],
    ['flags.yaml', 'a:\n  percentage: 50\n', 'a:\n  percentage: 100\n'],
    ['flags.yaml', 'a:\n  enabled: false\n', 'a:\n  enabled: false\nb:\n  enabled: true\n'],
    ['flags.yaml', 'a:\n  description: x\n', 'a:\n  description: y\n'],
    ['src/flags.ts', 'a', 'b'],
  ])('%s: %j to %j is silent', (path, before, after) => expect(fired({ [path]: [before, after] }).filter((f) => f.startsWith('FLAG'))).toEqual([]));
});
