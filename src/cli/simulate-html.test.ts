/** The page: nothing in it is anybody else's markup, nothing is fetched, and every picture can be read without seeing it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleSimulation } from '../testing/sample-simulation.ts';
import { simulateHtml } from './simulate-html.ts';

const HOSTILE = `</style></title><script>alert(1)</script><img src=x onerror="alert(1)">'"\u202e&lt;\u0000`;
const TAGS =
  'html head meta title style body main header p b h1 h2 h3 section dl div dt dd figure svg desc g line text rect circle ul li table caption thead tbody tr th td details summary footer span'.split(
    ' ',
  );
const ATTRIBUTES = 'lang charset http-equiv content name class id aria-labelledby aria-label aria-hidden role tabindex scope viewBox x y x1 x2 y1 y2 cx cy r rx width height'.split(
  ' ',
);

interface Tag {
  readonly name: string;
  /** `</p>` closes, `<rect/>` and `<meta>` stand alone. */
  readonly closes: boolean;
  readonly alone: boolean;
  readonly attributes: ReadonlyMap<string, string>;
}

/** Every tag of ours; whatever else holds an angle bracket is an error. */
function tagsOf(page: string): readonly Tag[] {
  const body = page.replace(/^<!doctype html>/, '').replace(/<style>[^<]*<\/style>/, '<style></style>');
  const tag = /<(\/?)([a-z][a-z0-9]*)((?: [a-zA-Z0-9-]+="[^"<>]*")*)(\/?)>/g;
  expect(body.replace(tag, '')).not.toMatch(/[<>]/);
  return [...body.matchAll(tag)].map(([, slash, name = '', attributes = '', end]) => ({
    name,
    closes: slash === '/',
    alone: end === '/' || name === 'meta',
    attributes: new Map([...attributes.matchAll(/ ([a-zA-Z0-9-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value])),
  }));
}

const hostile = (text: string) => {
  const all = sampleSimulation({
    landings: 80,
    weeks: 3,
    change: (l) => ({
      ...l,
      title: text,
      rules: l.rules.map((r) => `${r}${text}`),
      seats: l.seats.map((s) => ({ ...s, rule: `${s.rule}${text}`, level: `${s.level}${text}`, candidates: s.candidates.map((c) => `${c}${text}`) })),
      findings: l.findings.map((f) => ({ ...f, rule: `${f.rule}${text}` })),
      notSeen: [text],
      areas: [text],
    }),
  });
  return {
    ...all,
    subject: { ...all.subject, repo: text, branch: text, policy: text, notes: [text], notSeen: [text] },
    comparison: all.comparison && { ...all.comparison, against: text },
  };
};

function expectSound(page: string): void {
  const open: string[] = [];
  for (const { name, closes, alone, attributes } of tagsOf(page)) {
    expect(TAGS).toContain(name);
    expect(ATTRIBUTES).toEqual(expect.arrayContaining([...attributes.keys()]));
    if (closes) expect(open.pop()).toBe(name);
    else if (!alone) open.push(name);
  }
  expect(open).toEqual([]);
}

describe('what others wrote', () => {
  test('is text, wherever it stands', () => {
    const page = simulateHtml(hostile(HOSTILE));
    expectSound(page);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('\\u{202e}');
  });

  test('cannot break out, whatever it is', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom('<', '>', '"', "'", '&', '/', '-', '!', '`', '=', '$&', '</svg>', ']]>', '{', ' '), { maxLength: 12 }).map((p) => p.join('')),
    );
    fc.assert(
      fc.property(text, (t) => expectSound(simulateHtml(hostile(t)))),
      { numRuns: 15 },
    );
  });
});

describe('the page', () => {
  const page = simulateHtml(sampleSimulation());
  const tags = tagsOf(page).filter((t) => !t.closes);

  test('allows itself nothing but its style sheet, by digest, and fetches nothing', () => {
    const policy = tags.find((t) => t.attributes.get('http-equiv') === 'Content-Security-Policy')?.attributes.get('content');
    expect(policy).toMatch(/^default-src &#39;none&#39;; style-src &#39;sha256-[A-Za-z0-9+/]{43}=&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;$/);
    expect(page).not.toMatch(/https?:|url\(|@import|javascript:| style="/);
  });

  test('names every picture and describes it, and no two things alike', () => {
    const ids = tags.flatMap((t) => t.attributes.get('id') ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const pictures = tags.filter((t) => t.name === 'svg' && t.attributes.get('aria-hidden') !== 'true');
    expect(pictures.length).toBeGreaterThanOrEqual(12);
    for (const p of pictures) {
      expect(p.attributes.get('role')).toBe('img');
      for (const id of p.attributes.get('aria-labelledby')?.split(' ') ?? ['none']) expect(ids).toContain(id);
    }
    expect(tags.filter((t) => t.name === 'table').length).toBe(tags.filter((t) => t.name === 'caption').length);
    expect(tags.filter((t) => t.name === 'th').every((t) => t.attributes.has('scope'))).toBe(true);
    expect(tags.filter((t) => t.name === 'h1')).toHaveLength(1);
  });

  test.each([
    ['nothing landed', sampleSimulation({ landings: 0 })],
    ['one thing landed', sampleSimulation({ landings: 1 })],
    ['nothing is held', sampleSimulation({ change: (l) => ({ ...l, outcome: 'pass', seats: [], rules: [], refusals: [] }) })],
    ['nobody reviews', sampleSimulation({ assumed: { reviewers: [] } })],
    ['nobody keeps up', sampleSimulation({ assumed: { hoursPerDay: 0.1 } })],
    ['twenty years', sampleSimulation({ landings: 200, weeks: 1000 })],
  ])('stands where %s', (_, simulation) => {
    const shown = simulateHtml(simulation);
    expectSound(shown);
    expect(shown).not.toMatch(/NaN|Infinity|undefined|\[object|>null</);
  });

  test('is the same twice, and small for a long history', () => {
    expect(simulateHtml(sampleSimulation())).toBe(page);
    expect(simulateHtml(sampleSimulation({ landings: 2000, weeks: 1000 })).length).toBeLessThan(600_000);
  });
});
