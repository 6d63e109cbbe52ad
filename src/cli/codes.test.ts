/**
 * docs/spec/exit-and-reason-codes.md is generated here from the one list, and this fails when it is out of date.
 * To write it again: npx vitest run src/cli/codes.test.ts -u
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { REASON_CODES, type ReasonCode } from '../core/base/codes.ts';
import { EXIT, EXIT_WORDS } from './exit.ts';

const SOURCE = readFileSync(new URL('../core/base/codes.ts', import.meta.url), 'utf8');

/** Headings are the comments between the codes. */
function groups(): readonly (readonly [string, readonly string[]])[] {
  const found: [string, string[]][] = [];
  for (const [, heading, code] of SOURCE.matchAll(/^ {2}(?:\/\/ (.+)|([A-Z][A-Z0-9_]*):)/gm)) {
    if (heading !== undefined) found.push([heading, []]);
    else if (code !== undefined) found.at(-1)?.[1].push(code);
  }
  return found;
}

const isCode = (code: string): code is ReasonCode => code in REASON_CODES;
const row = (code: string): string => `| \`${code}\` | ${isCode(code) ? REASON_CODES[code] : ''} |\n`;
const upper = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

test('every code stands under a heading', () => {
  expect(groups().flatMap(([, codes]) => codes)).toEqual(Object.keys(REASON_CODES));
});

test('every exit code has its words', () => {
  expect(EXIT_WORDS).toHaveLength(new Set(Object.values(EXIT)).size);
});

test('the page is what the code says', async () => {
  const sections = groups().map(([heading, codes]) => `\n## ${upper(heading)}\n\n| code | means |\n|---|---|\n${codes.map(row).join('')}`);
  const page = `# Exit codes and reason codes

Generated from \`src/core/base/codes.ts\` and \`src/cli/exit.ts\`; a test fails where this page is out of date.

## Exit codes

The same for every command. Anything but 0 is a no; a program that cannot run at all (no Node, no memory) ends otherwise,
and that is a no too.

| code | means |
|---|---|
${EXIT_WORDS.map((words, code) => `| ${code} | ${words} |\n`).join('')}
\`countersign init\` proposes files and writes what somebody consents to: 0 where something was written, and with \`--dry-run\`; 1
where nothing was, because nobody said yes, nobody was there to ask, or there was nothing to add; 2 where it could not look or
not write.

# Reason codes

Stable: a code is never renamed, and never reused for something else. New ones may come, so treat an unknown code as a no.
They stand in square brackets in terminals, in \`code\` of JSON, and in the ledger.
${sections.join('')}`;
  await expect(page).toMatchFileSnapshot('../../docs/spec/exit-and-reason-codes.md');
});
