import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redacted } from './redact.ts';
import { commandText, isTest, trailText } from './trail.ts';

const of = (alphabet: string, min: number, max: number) => fc.string({ unit: fc.constantFrom(...alphabet), minLength: min, maxLength: max });
const WORD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const secret = of(WORD, 24, 40);

/** The secret itself, and the text that carries it. */
const planted = fc.oneof(
  secret.map((s) => [s, `-----BEGIN OPENSSH PRIVATE KEY-----\n${s}\n-----END OPENSSH PRIVATE KEY-----`]),
  secret.map((s) => [s, `-----BEGIN RSA PRIVATE KEY-----\n${s}\nand no end`]),
  of('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16, 16).map((s) => [s, `AKIA${s}`]),
  secret.map((s) => [s, `ghp_${s}`]),
  secret.map((s) => [s, `github_pat_${s}`]),
  secret.map((s) => [s, `glpat-${s}`]),
  secret.map((s) => [s, `xoxb-${s}`]),
  secret.map((s) => [s, `sk-ant-api03-${s}`]),
  fc.tuple(secret, secret, secret).map(([a, b, c]) => [c, `eyJ${a}.${b}.${c}`]),
  secret.map((s) => [s, `curl -H "Authorization: Bearer ${s}" https://api.acme.example`]),
  secret.map((s) => [s, `curl -H 'X-Api-Key: ${s}' https://api.acme.example`]),
  secret.map((s) => [s, `git clone https://robot:${s}@git.acme.example/a.git`]),
  secret.map((s) => [s, `psql postgres://app:p@${s}@db/orders`]),
  secret.map((s) => [s, `export PGPASSWORD=${s}`]),
  secret.map((s) => [s, `login --password ${s} --user dana`]),
  secret.map((s) => [s, `{"client_secret": "${s} ${s}"}`]),
  secret.map((s) => [s, `api_key: '${s}'`]),
  secret.map((s) => [s, `AWS_SECRET_ACCESS_KEY="${s}\n`]),
);

describe('kept text', () => {
  it('holds no secret that was planted in it', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(planted, fc.constantFrom(' ', '\n', ' && ', '; ')), { minLength: 1, maxLength: 6 }), (parts) => {
        const text = parts.map(([[, said], gap]) => `${said}${gap}`).join('');
        for (const kept of [redacted(text), trailText('plan', text).text, commandText(text).text]) for (const [[hidden = '']] of parts) expect(kept).not.toContain(hidden);
      }),
      { numRuns: 400 },
    );
  });
  it('keeps what is none', () => {
    const plain = 'npm test && git commit -m "Rename the orders table" # see https://acme.example/a@b';
    expect(redacted('npm test && git diff --stat')).toBe('npm test && git diff --stat');
    expect(redacted(plain)).toContain('Rename the orders table');
  });
  it('takes time in proportion to what is said, whatever is said', () => {
    const hostile = [`${'token'.repeat(40_000)}`, '://'.repeat(60_000), '-----BEGIN PRIVATE KEY-----'.repeat(8_000), `eyJ${'a.'.repeat(90_000)}`, `password${' '.repeat(180_000)}`];
    // Work by the square of any of them would go far beyond the limit of a test; nothing here reads a clock.
    for (const said of hostile) expect(redacted(said.repeat(4)).length).toBeGreaterThan(0);
  });
  it('is cut to size and says how much', () => {
    const long = trailText('plan', 'a'.repeat(300_000));
    expect(long.text.length + long.cut).toBe(300_000);
    expect(long.text).toHaveLength(16 << 10);
  });
});

describe('a test', () => {
  it.each([
    'npm test',
    'cd web && npx vitest run',
    'go test ./...',
    'cargo nextest run',
    'python -m pytest -q',
    './gradlew check',
    'make -j4 check',
    'node --test',
    'pnpm -r run test:unit',
  ])('%s', (c) => expect(isTest(c)).toBe(true));
  it.each(['ls test', 'cat vitest.config.ts', 'npm run build', 'rm -rf tests'])('not: %s', (c) => expect(isTest(c)).toBe(false));
});
