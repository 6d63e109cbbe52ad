import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, parseYaml } from '../../../adapters/languages/data.ts';
import { parseHcl } from '../../../adapters/languages/hcl.ts';
import { detect } from '../detect.ts';
import type { FileEvidence, Parsed } from '../evidence.ts';
import { CONFIG_DETECTORS } from './detectors.ts';
import { smallerMachine } from './machines.ts';
import { quantityOf } from './quantity.ts';
import { settingsOf, wordsOf } from './settings.ts';

const parsed = async (path: string, text: string): Promise<Parsed> =>
  /\.ya?ml$/.test(path) ? parseYaml(text) : /\.json$/.test(path) ? parseJson(text) : path.endsWith('.tf') ? parseHcl(text) : { kind: 'text', text };
type Files = { readonly [path: string]: readonly [string | null, string | null] };
async function fired(files: Files): Promise<readonly string[]> {
  const evidence = await Promise.all(
    Object.entries(files).map(
      async ([path, [before, after]]): Promise<FileEvidence> => ({
        path,
        status: before === null ? 'A' : after === null ? 'D' : 'M',
        oldMode: '100644',
        newMode: '100644',
        ...(before === null ? {} : { base: await parsed(path, before) }),
        ...(after === null ? {} : { head: await parsed(path, after) }),
      }),
    ),
  );
  return detect(CONFIG_DETECTORS, { plan: null, files: evidence }).findings.map((f) => `${f.rule}:${f.severity}`);
}

describe('limits that move', () => {
  it.each<[string, string, string, string]>([
    ['conf/app.yaml', 'db:\n  timeout: 30s\n', 'db:\n  timeout: 60s\n', 'CFG101:elevated'],
    ['conf/app.yaml', 'db:\n  timeout: 30s\n', 'db:\n  timeout: 15000ms\n', 'CFG101:elevated'],
    ['conf/app.yaml', 'timeouts:\n  connect: 5s\n', 'timeouts:\n  connect: 50s\n', 'CFG101:elevated'],
    ['conf/app.properties', 'http.timeout=30\n', 'http.timeout=0\n', 'CFG101:elevated'],
    ['conf/app.properties', 'a=1\nhttp.timeout=30\n', 'a=1\n', 'CFG101:elevated'],
    ['.env', 'REQUEST_TIMEOUT_MS=1000\n', 'REQUEST_TIMEOUT_MS=-1\n', 'CFG101:elevated'],
    ['conf/app.yaml', 'maxRetries: 3\n', 'maxRetries: 10\n', 'CFG102:high'],
    ['conf/app.toml', '[http]\nretries = 3\n', '[http]\nretries = 6\n', 'CFG102:high'],
    ['conf/app.yaml', 'retry:\n  attempts: 3\n  backoff: 2s\n', 'retry:\n  attempts: 3\n', 'CFG102:high'],
    ['conf/app.yaml', 'retry:\n  jitter: true\n', 'retry:\n  jitter: false\n', 'CFG102:high'],
    ['conf/app.json', '{"pool": {"max": 10}, "poolSize": 10}', '{"pool": {"max": 10}, "poolSize": 4}', 'CFG103:high'],
    ['conf/db.ini', '[db]\nmax_connections = 100\n', '[db]\nmax_connections = 500\n', 'CFG103:high'],
    ['conf/app.yaml', 'concurrency: 8\n', 'concurrency: -1\n', 'CFG103:high'],
    ['conf/app.yaml', 'worker:\n  memory_limit: 512Mi\n', 'worker:\n  memory_limit: 1Gi\n', 'CFG103:high'],
    ['conf/app.yaml', 'rate:\n  burst: 10\n  x: 1\n', 'rate:\n  x: 1\n', 'CFG103:high'],
    ['main.tf', 'resource "a" "b" {\n  instance_class = "db.r6g.2xlarge"\n}\n', 'resource "a" "b" {\n  instance_class = "db.r6g.large"\n}\n', 'CFG104:high'],
    ['main.tf', 'resource "a" "b" {\n  max_size = 10\n}\n', 'resource "a" "b" {\n  max_size = 5\n}\n', 'CFG104:high'],
    ['main.tf', 'resource "a" "b" {\n  iops = 3000\n}\n', 'resource "a" "b" {\n  iops = 1000\n}\n', 'CFG104:high'],
    ['conf/app.yaml', 'cache:\n  ttl: 60\n', 'cache:\n  ttl: 3600\n', 'CFG105:high'],
    ['conf/app.yaml', 'cache:\n  key_prefix: v1\n', 'cache:\n  key_prefix: v2\n', 'CFG105:high'],
    ['redis.conf', 'maxmemory_policy = noeviction\n', 'maxmemory_policy = allkeys-lru\n', 'CFG105:high'],
    ['conf/app.yaml', 'logs:\n  retention: 30d\n', 'logs:\n  retention: 7d\n', 'CFG107:critical'],
    ['conf/app.yaml', 'retention_days: 30\n', 'retention_days: 14\n', 'CFG107:critical'],
    ['conf/app.yaml', 'lifecycle:\n  a: 1\n', 'lifecycle:\n  a: 1\n  expiration_days: 30\n', 'CFG107:critical'],
  ])('%s: %j becomes %j', async (path, before, after, expected) => expect(await fired({ [path]: [before, after] })).toContain(expected));

  it.each<[string, string, string]>([
    ['conf/app.yaml', 'timeout: 30s\n', 'timeout: 40s\n'],
    ['conf/app.yaml', 'timeout: 60s\n', 'timeout: 1m\n'],
    ['conf/app.yaml', 'timeoutSeconds: 30\n', 'timeoutSeconds: 30s\n'],
    ['conf/app.yaml', 'maxRetries: 3\n', 'maxRetries: 4\n'],
    ['conf/app.yaml', 'maxRetries: 6\n', 'maxRetries: 3\n'],
    ['conf/app.yaml', 'retry_delay: 1\n', 'retry_delay: 10\n'],
    ['conf/app.yaml', 'poolSize: 10\n', 'poolSize: 12\n'],
    ['conf/app.yaml', 'max_line_length: 80\n', 'max_line_length: 200\n'],
    ['main.tf', 'resource "a" "b" {\n  instance_class = "db.r6g.large"\n}\n', 'resource "a" "b" {\n  instance_class = "db.r6g.xlarge"\n}\n'],
    ['main.tf', 'resource "a" "b" {\n  max_size = 5\n}\n', 'resource "a" "b" {\n  max_size = 10\n}\n'],
    ['conf/app.yaml', 'cache:\n  ttl: 60\n', 'cache:\n  ttl: 90\n'],
    ['conf/app.yaml', 'retention: 7d\n', 'retention: 30d\n'],
    ['conf/app.yaml', 'token:\n  expiration_days: 30\n', 'token:\n  expiration_days: 30\n  x: 1\n'],
    ['k8s/x.yaml', 'kind: A\nmetadata: {name: b}\nresources:\n  limits:\n    memory: 1Gi\n', 'kind: A\nmetadata: {name: b}\nresources:\n  limits:\n    memory: 8Gi\n'],
    ['package.json', '{"timeout": 1}', '{"timeout": 9}'],
    ['docs/app.md', 'timeout: 30s', 'timeout: 90s'],
    ['conf/app.yaml', 'a:\n  timeout: 5s\nb:\n  x: 1\n', 'b:\n  x: 1\n'],
  ])('%s: %j to %j is silent', async (path, before, after) => expect(await fired({ [path]: [before, after] })).toEqual([]));

  it('what moves within the change, or comes and goes with its file, is no change', async () => {
    expect(await fired({ 'conf/a.yaml': ['x: 1\ntimeout: 5s\n', 'x: 1\n'], 'conf/b.yaml': ['y: 1\n', 'y: 1\ntimeout: 5s\n'] })).toEqual([]);
    expect(await fired({ 'conf/a.yaml': ['timeout: 5s\n', null], 'conf/c.yaml': [null, 'timeout: 50s\n'] })).toEqual([]);
  });
  it('a schema of settings holds none', async () => {
    const crd = (n: number): string => `kind: CustomResourceDefinition\nmetadata: {name: x}\nspec:\n  maxRetries: ${n}\n`;
    expect(await fired({ 'k8s/crd.yaml': [crd(1), crd(9)] })).toEqual([]);
  });
  it('of tests and pipelines are less', async () => {
    expect(await fired({ 'tests/conf.yaml': ['maxRetries: 1\n', 'maxRetries: 9\n'] })).toEqual(['CFG102:elevated']);
    expect(await fired({ '.github/workflows/a.yml': ['retention-days: 30\n', 'retention-days: 5\n'] })).toEqual(['CFG107:elevated']);
  });
});

describe('places and forms', () => {
  it.each<[string, string, string, string]>([
    ['conf/app.yaml', 'db:\n  host: a.internal\n', 'db:\n  host: b.internal\n', 'CFG106:high'],
    ['conf/app.yaml', 'region: eu-west-1\n', 'region: us-east-1\n', 'CFG106:high'],
    ['.env', 'DATABASE_URL=postgres://u:p@a/x\n', 'DATABASE_URL=postgres://u:p@b/x\n', 'CFG106:high'],
    ['conf/app.yaml', 's3:\n  bucket_name: a\n', 's3:\n  bucket_name: b\n', 'CFG106:high'],
    ['conf/app.yaml', 'kafka:\n  topic: a\n', 'kafka:\n  topic: b\n', 'CFG106:high'],
    ['conf/app.yaml', 'db:\n  secretName: a\n', 'db:\n  secretName: b\n', 'CFG106:high'],
    ['conf/app.yaml', 'interval: 30s\n', 'interval: 30\n', 'CFG110:high'],
    ['conf/app.yaml', 'debug: true\n', 'debug: verbose\n', 'CFG110:high'],
    ['conf/app.yaml', 'metrics:\n  enabled: true\n', 'metrics:\n  enabled: false\n', 'CFG108:high'],
    ['conf/app.yaml', 'trace:\n  sample_rate: 0.5\n', 'trace:\n  sample_rate: 0.01\n', 'CFG108:high'],
  ])('%s: %j becomes %j', async (path, before, after, expected) => expect(await fired({ [path]: [before, after] })).toEqual([expected]));

  it.each<[string, string, string]>([
    ['conf/app.yaml', 'docs_url: https://a.example/x\n', 'docs_url: https://b.example/x\n'],
    ['conf/app.yaml', 'api_url: https://a.example/v1\n', 'api_url: https://a.example/v2/\n'],
    ['conf/app.yaml', 'host: A.internal\n', 'host: a.internal\n'],
    ['conf/app.yaml', 'port: "80"\n', 'port: 80\n'],
    ['conf/app.yaml', 'version: 1.2\n', 'version: 1.2.3\n'],
    ['conf/app.yaml', 'debug: "yes"\n', 'debug: true\n'],
    ['conf/app.yaml', 'metrics:\n  enabled: false\n', 'metrics:\n  enabled: true\n'],
    ['conf/app.yaml', 'sample_rate: 0.5\n', 'sample_rate: 0.6\n'],
  ])('%s: %j to %j is silent', async (path, before, after) => expect(await fired({ [path]: [before, after] })).toEqual([]));
});

describe('reading', () => {
  it.each<[string | number, string, number | undefined, string | undefined]>([
    ['30s', 'x', 30_000, 'time'],
    ['1h30m', 'x', 5_400_000, 'time'],
    ['PT5M', 'x', 300_000, 'time'],
    [30, 'timeoutSeconds', 30_000, 'time'],
    ['512Mi', 'memory', 536_870_912, 'size'],
    ['5m', 'memory', 5_000_000, 'size'],
    ['20 %', 'x', 20, 'percent'],
    ['us-east', 'x', undefined, undefined],
  ])('%s of %s', (value, key, amount, kind) => {
    const found = quantityOf(value, wordsOf(key));
    expect([found?.amount, found?.kind]).toEqual([amount, kind]);
  });

  it('settings of a template, by their indent', () => {
    const s = settingsOf('values.yaml.j2', { kind: 'text', text: 'a:\n  b:\n    timeout: 5s\n{% if x %}\n  c: 1\n' });
    expect([...s.keys()]).toEqual(['a.b.timeout', 'a.c']);
  });
  it('sizes of a family alone', () => {
    expect(smallerMachine('m5.xlarge', 'm5.large')).toBe(true);
    expect(smallerMachine('m5.large', 'm6i.2xlarge')).toBe(false);
    expect(smallerMachine('n2-standard-8', 'n2-standard-4')).toBe(true);
    expect(smallerMachine('Standard_D4s_v5', 'Standard_D2s_v5')).toBe(true);
    expect(smallerMachine('small', 'nano')).toBe(false);
  });
  it('takes any text', async () => {
    for (const path of ['a.yaml', 'a.json', 'conf/a.properties', '.env', 'a.proto', 'a.avsc'])
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (a, b) => {
          expect((await fired({ [path]: [a, b] })).filter((f) => f.startsWith('META000'))).toEqual([]);
        }),
        { numRuns: 40 },
      );
  });
});
