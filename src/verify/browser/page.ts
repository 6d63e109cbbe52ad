/**
 * The page that verifies a bundle: verify.html, one file, opened from a disk. Whoever made the bundle wrote most of what is shown, so
 * everything is put in as text. A verdict is taken down as soon as anything is changed that it was about.
 */
import { parseBundle } from '../../core/signoff/bundle.ts';
import { claimedMove, claimedTime } from '../../core/signoff/offline.ts';
import { type BundleAnswer, type BundleInput, type ProvenBundle, verifyBundle } from '../bundle.ts';
import type { Check } from '../checks.ts';

const part = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const field = (id: string): HTMLInputElement => part<HTMLInputElement>(id);
const said = (id: string): string => field(id).value.trim();
const form = part<HTMLFormElement>('form');
const result = part('result');
let turn = 0;

form.addEventListener('input', () => {
  turn += 1;
  result.replaceChildren();
});
field('manifest').addEventListener('paste', (event) => {
  const [, manifest, manifest256] = /^manifest ([0-9a-f]{64})\s+manifest256 ([0-9a-f]{64})\b/.exec(event.clipboardData?.getData('text').trim() ?? '') ?? [];
  if (manifest === undefined || manifest256 === undefined) return;
  event.preventDefault();
  field('manifest').value = manifest;
  field('manifest256').value = manifest256;
});
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  turn += 1;
  const mine = turn;
  const files = await Promise.all([bytesOf('bundle'), bytesOf('trust'), bytesOf('witnesses')]);
  if (mine !== turn) return;
  const [bundle, trust, witnesses] = files;
  const isGone = witnesses === undefined && field('witnesses').files?.length === 1;
  if (bundle === undefined || trust === undefined || isGone) return show(verdict('undecided', 'Cannot be decided', 'A file could not be read; choose it again.'));
  const input = { ...inputOf(bundle, trust), ...(witnesses === undefined ? {} : { witnesses: textOf(witnesses) }) };
  show(...told(verifyBundle(input), landingOf(bundle)));
});

function show(...children: readonly Node[]): void {
  result.replaceChildren(...children);
  result.focus();
}

/** Undefined where the file was moved or changed since it was chosen. */
async function bytesOf(id: string): Promise<Uint8Array | undefined> {
  const [file] = field(id).files ?? [];
  return file?.arrayBuffer().then(
    (buffer) => new Uint8Array(buffer),
    () => undefined,
  );
}

function inputOf(bundle: Uint8Array, trust: Uint8Array): BundleInput {
  const tier = said('tier') as NonNullable<BundleInput['required']>['tier'] | '';
  const [pin, policyDigest, age] = [said('pin'), said('policy'), said('age')];
  return {
    bundle,
    trust,
    change: { repo: said('repo'), targetRef: said('ref'), manifest: said('manifest'), manifest256: said('manifest256'), moves: movesOf(bundle) },
    required: { seats: [{ humans: Math.max(1, Number(said('humans'))), level: null }], ...(tier === '' ? {} : { tier }), ...(policyDigest === '' ? {} : { policyDigest }) },
    now: Date.now(),
    demo: field('demo').checked,
    ...(age === '' ? {} : { maxAge: Number(age) * HOUR }),
    ...(pin === '' ? {} : { pin }),
  };
}

const HOUR = 3_600_000;
/** What is not UTF-8 is no policy either way. */
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The move the bundle claims: what it really brought only a clone can say, and the page says so. */
function movesOf(bytes: Uint8Array): readonly { readonly old: string; readonly new: string }[] {
  const bundle = parseBundle(bytes);
  const claimed = bundle.ok ? claimedMove(bundle.value) : undefined;
  const commit = said('commit');
  return claimed !== undefined && (commit === '' || commit === claimed.new) ? [claimed] : [];
}

function landingOf(bytes: Uint8Array): string {
  const bundle = parseBundle(bytes);
  const move = bundle.ok ? claimedMove(bundle.value) : undefined;
  const at = bundle.ok ? claimedTime(bundle.value) : null;
  if (move === undefined || at === null) return 'The bundle does not show the landing: where the sign-off was spent is not known.';
  return `The bundle says it landed on ${new Date(at).toISOString()}, moving the ref from ${move.old} to ${move.new}. Ask your clone whether that move brought this change.`;
}

function told(answer: BundleAnswer, landing: string): readonly Node[] {
  const table = tableOf(answer.checks);
  if (answer.ok) {
    return [
      verdict('proven', 'Proven', 'as far as a browser can check: see below for what it cannot.'),
      ...signersOf(answer),
      text('p', landing),
      text('h2', 'Every check'),
      table,
    ];
  }
  const undecided = answer.reasons.some((r) => /^(?:BUNDLE_FORMAT|TRUST_FORMAT|USAGE|INTERNAL)$/.test(r.code));
  const [title, why] = undecided ? ['Cannot be decided', 'Something could not be read. Treat it as a no.'] : ['Not proven', 'The evidence does not hold for this change.'];
  const reasons = answer.reasons.map((r) => item(`${r.message}${r.place === undefined ? '' : ` (${r.place})`}`, r.code));
  return [verdict(undecided ? 'undecided' : 'refused', title, why), list(reasons), text('h2', 'Every check'), table];
}

function signersOf({ signoffs, setAside }: ProvenBundle): readonly Node[] {
  const lines = signoffs.map((s) => {
    const conditions = s.conditions.length === 0 ? '' : ` Conditions: ${s.conditions.join('; ')}.`;
    return item(`${s.person} (${s.level}) said ${s.decision.replaceAll('_', ' ')}, ${s.stage}, tier ${s.tier}, ${s.signedAt}.${conditions} Not checked: ${s.notChecked}`, s.keyid);
  });
  const aside = setAside.map((r) => item(`${r.message}${r.place === undefined ? '' : ` (${r.place})`}`, r.code));
  return [text('h2', 'Who signed'), list(lines), ...(aside.length === 0 ? [] : [text('h2', 'Set aside'), list(aside)])];
}

const OUTCOMES: { readonly [outcome in Check['outcome']]: string } = { held: '✓ held', failed: '✗ failed', 'not reached': '– not reached', 'not asked': '– not asked' };

function tableOf(checks: readonly Check[]): Node {
  const table = document.createElement('table');
  const head = table.createTHead().insertRow();
  for (const name of ['Check', 'Outcome', 'Codes']) {
    const cell = text('th', name);
    cell.scope = 'col';
    head.append(cell);
  }
  const body = table.createTBody();
  for (const check of checks) {
    const row = body.insertRow();
    const name = text('td', check.name);
    for (const r of check.reasons) name.append(text('p', `${r.code}: ${r.message}${r.place === undefined ? '' : ` (${r.place})`}`));
    const outcome = text('td', OUTCOMES[check.outcome]);
    outcome.className = `outcome ${check.outcome}`;
    const codes = text('td', '');
    codes.append(text('code', check.codes.join(' ')));
    row.append(name, outcome, codes);
  }
  return table;
}

function verdict(kind: string, title: string, why: string): Node {
  const box = text('p', '');
  box.className = `verdict ${kind}`;
  box.append(text('strong', title), why);
  return box;
}

function text<K extends keyof HTMLElementTagNameMap>(tag: K, content: string): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.textContent = content;
  return element;
}

function item(content: string, code: string): HTMLLIElement {
  const line = text('li', `${content} `);
  line.append(text('code', code));
  return line;
}

function list(items: readonly Node[]): Node {
  const element = document.createElement('ul');
  element.append(...items);
  return element;
}
