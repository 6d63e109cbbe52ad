/**
 * AUTH106: secrets in new lines, by the formats their issuers gave them, and private keys; what is only random enough is elevated. A
 * finding shows four characters and the kind, never the secret.
 */
import type { FileEvidence } from '../evidence.ts';
import { rule } from '../finding.ts';
import { textOf } from '../lines.ts';
import type { Detector, Finding, Tier } from '../risk.ts';
import { baseName, isGenerated, isRehearsal, isVendored } from '../source/files.ts';
import { newRaw } from '../source/raw-lines.ts';

const AUTH106 = rule('AUTH106', 'secret-in-diff', 'critical', 'heuristic', ['the secret is revoked, and read from a store', 'it opens nothing: a sample or a test key']);

/** Each begins with a fixed word, so that most lines are passed over at once. */
const FORMATS: readonly (readonly [kind: string, RegExp])[] = [
  ['AWS access key', /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/],
  ['GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_[A-Za-z0-9_]{60,251})\b/],
  ['GitLab token', /\b(?:glpat|gldt|glrt|glptt|glcbt|glsoat)-[\w-]{20,100}/],
  ['Slack token', /\bxox[abeprs]-(?:\d{6,15}-)?[\w-]{20,200}|\bxapp-\d-[A-Z0-9]+-\d+-[a-f0-9]{40,}/],
  ['Slack webhook', /hooks\.slack\.com\/services\/T[A-Z0-9]{6,12}\/B[A-Z0-9]{6,12}\/[A-Za-z0-9]{20,30}/],
  ['Stripe key', /\b[rs]k_live_[A-Za-z0-9]{20,250}/],
  ['Google API key', /\bAIza[\w-]{35}(?![\w-])/],
  ['Google OAuth secret', /\bGOCSPX-[\w-]{28}/],
  ['npm token', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['PyPI token', /\bpypi-AgEIcHlwaS5vcmc[\w-]{50,}/],
  ['crates.io token', /\bcio[A-Za-z0-9]{32}\b/],
  ['RubyGems key', /\brubygems_[a-f0-9]{48}\b/],
  ['Docker token', /\bdckr_(?:pat|oat)_[\w-]{27,40}/],
  ['OpenAI key', /\bsk-(?:proj-|svcacct-|admin-)?[\w-]{20,100}T3BlbkFJ[\w-]{20,100}/],
  ['Anthropic key', /\bsk-ant-(?:api|admin|oat)\d{2}-[\w-]{80,110}/],
  ['Hugging Face token', /\bhf_[A-Za-z]{34}\b/],
  ['SendGrid key', /\bSG\.[\w-]{22}\.[\w-]{43}/],
  ['Twilio key', /\bSK[a-f0-9]{32}\b/],
  ['Mailgun key', /\bkey-[a-f0-9]{32}\b/],
  ['Shopify token', /\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b/],
  ['DigitalOcean token', /\bdo[por]_v1_[a-f0-9]{64}\b/],
  ['Databricks token', /\bdapi[a-f0-9]{32}(?:-\d)?\b/],
  ['HashiCorp token', /\b(?:hvs|hvb|hvr)\.[\w-]{24,300}|\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,80}/],
  ['Grafana token', /\bglsa_[A-Za-z0-9]{32}_[a-f0-9]{8}\b|\bglc_[A-Za-z0-9+/]{60,}={0,2}/],
  ['Linear key', /\blin_api_[A-Za-z0-9]{40}\b/],
  ['Telegram token', /\b\d{8,10}:AA[\w-]{33}\b/],
  ['age key', /\bAGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}\b/],
  ['Azure storage key', /AccountKey=[A-Za-z0-9+/]{86}==/],
];
const BEGINS =
  /AKIA|ASIA|ABIA|ACCA|gh[pousr]_|github_pat_|gl[a-z]{1,4}-|xox|xapp-|hooks\.slack|k_live_|AIza|GOCSPX-|npm_|pypi-AgE|cio[A-Za-z0-9]{32}|rubygems_|dckr_|sk-|hf_|SG\.|SK[a-f0-9]{32}|key-[a-f0-9]|shp|do[por]_v1|dapi|hv[sbr]\.|atlasv1|glsa_|glc_|lin_api|:AA|AGE-SECRET|AccountKey=/;
const PRIVATE = /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/;

export const secrets: Detector = { id: 'secrets', detect: ({ files }) => files.flatMap(ofFile) };

function ofFile(file: FileEvidence): readonly Finding[] {
  const text = textOf(file.head);
  const fresh = newRaw(file);
  if (!fresh.some((l) => BEGINS.test(l.text) || PRIVATE.test(l.text) || NAMED.test(l.text))) return [];
  const before = textOf(file.base);
  const keys = PRIVATE.test(text) && (before === '' || !PRIVATE.test(before)) ? privateKeys(file, text) : [];
  const lines = fresh.filter((l) => l.text.length <= 20_000);
  return [...keys, ...lines.flatMap(({ line, text: t }) => ofLine(file, line, t, before))].slice(0, 20);
}

function say(file: FileEvidence, line: number, kind: string, secret: string, severity: Tier): Finding {
  const shown = `${secret.slice(0, 4)}… (${secret.length} characters)`;
  return AUTH106({
    place: { path: file.path, side: 'head', line, object: kind },
    severity,
    because: [['secret', shown]],
    what: `line ${line} of ${file.path} holds what looks like a secret (${kind}): whoever reads the repository has it`,
  });
}

/** A test's key opens nothing, as far as a path says so: less, and still said. */
const severityOf = (file: FileEvidence, otherwise: Tier): Tier => (isRehearsal(file.path) || isVendored(file.path) ? 'elevated' : otherwise);

/** A key has a body; a line that only looks for one has none. */
function privateKeys(file: FileEvidence, text: string): readonly Finding[] {
  const at = text.search(PRIVATE);
  const body = text
    .slice(at, at + 4_000)
    .replace(PRIVATE, '')
    .replace(/\\n|[\s"'+,]/g, '');
  const [run = ''] = /^[A-Za-z0-9+/=:.()-]{60,}/.exec(body.replace(/^(?:Proc-Type|DEK-Info)[^A-Za-z0-9]*/, '')) ?? [];
  if (run === '' || isSample(run)) return [];
  return [say(file, text.slice(0, at).split('\n').length, 'private key', text.slice(at, at + 40), severityOf(file, 'critical'))];
}

function ofLine(file: FileEvidence, line: number, text: string, before: string): readonly Finding[] {
  const known = BEGINS.test(text)
    ? FORMATS.flatMap(([kind, format]) => {
        const found = format.exec(text)?.[0];
        return found === undefined || isSample(found) || before.includes(found) ? [] : [say(file, line, kind, found, severityOf(file, 'critical'))];
      })
    : [];
  if (known.length > 0) return known;
  const random = isLocked(file.path) ? undefined : randomValue(text);
  return random === undefined || before.includes(random) ? [] : [say(file, line, 'a random value', random, 'elevated')];
}

/** Documentation has its own: they spell words, repeat themselves, or count. */
export function isSample(secret: string): boolean {
  const lower = secret.toLowerCase();
  if (/example|sample|dummy|fake|test|placeholder|changeme|redacted|your|xxxx|1234567890|abcdefgh|0123456789|00000000|deadbeef|\.\.\.|foobar|notreal|secret_?key_?here/.test(lower))
    return true;
  const tail = secret.slice(6);
  return new Set(tail).size <= Math.min(8, tail.length / 3) || entropy(tail) < 2.8;
}

/** Bits a character. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const c of text) counts.set(c, (counts.get(c) ?? 0) + 1);
  return [...counts.values()].reduce((sum, n) => sum - (n / text.length) * Math.log2(n / text.length), 0);
}

const NAMED = /(?:password|passwd|secret|api[_-]?key|token|private[_-]?key|access[_-]?key|client[_-]?secret|auth[_-]?key)["']?\s*(?:=>|[:=])\s*["'][^"'\s]{16,200}["']/i;
const VALUE =
  /(?:password|passwd|secret|api[_-]?key|token|private[_-]?key|access[_-]?key|client[_-]?secret|auth[_-]?key)\w{0,40}["']?\s*(?:=>|[:=])\s*["']([A-Za-z0-9+/_=.-]{20,200})["']/i;
const isLocked = (path: string): boolean => isGenerated(path) || /lock|\.sum$|\.(?:svg|po|snap|map|min\.\w+)$/i.test(baseName(path));

function randomValue(text: string): string | undefined {
  const value = VALUE.exec(text)?.[1];
  if (value === undefined || isSample(value) || /^(?:[a-z]+[._-])+[a-z]+$/i.test(value) || /^https?:|^\$|process\.|^[A-Z_]+$|^[a-z]+$/i.test(value)) return undefined;
  return /\d/.test(value) && /[A-Za-z]/.test(value) && entropy(value) >= 3.7 ? value : undefined;
}
