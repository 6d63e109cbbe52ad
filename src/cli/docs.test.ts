/** Every command line in README and docs is one of this program: the command is there, and so is each option it is written with. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { build } from './program.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const program = build(
  async () => {},
  () => {},
);
const pages = ['README.md', 'ARCHITECTURE.md', ...readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' }).flatMap((f) => (f.endsWith('.md') ? [`docs/${f}`] : []))];

/** In blocks and in single words of code; a line that goes on behind `\` is one. Comments, redirections and what comes behind a pipe are not of it. */
function commandsIn(text: string): readonly string[] {
  const whole = text.replace(/\\\n\s*/g, ' ');
  const blocks = [...whole.matchAll(/^ *```\w*\n([\s\S]*?)^ *```/gm)].flatMap(([, body = '']) => body.split('\n'));
  const inline = [...whole.replace(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/`(countersign [^`]+)`/g)].map(([, line = '']) => line);
  return [...blocks, ...inline].flatMap((line) => {
    const [, said] = /(?:^|[|;&(]|do) *\$? *(countersign [a-z][^|;&>)]*)/.exec(line.replace(/\s#.*$/, '')) ?? [];
    return said === undefined ? [] : [said.trim()];
  });
}

const wordsOf = (line: string): readonly string[] => line.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];

/** What is wrong with it, in one sentence. */
function fault(line: string): string | undefined {
  const [, ...words] = wordsOf(line);
  let command: Command = program;
  for (const word of words) {
    const next = command.commands.find((c) => c.name() === word);
    if (next === undefined) break;
    command = next;
  }
  if (command === program) return `there is no command ${words[0]}`;
  const options = words.filter((w) => /^\[?--?[a-z]/.test(w)).map((w) => w.replace(/^\[|[\]=].*$/g, ''));
  // A group takes the options of the command that may be left out.
  const known = [command, ...command.commands].flatMap((c) => c.options.flatMap((o) => [o.long, o.short]));
  const strange = options.filter((o) => o !== '--help' && !known.includes(o));
  return strange.length === 0 ? undefined : `${command.name()} has no ${strange.join(', ')}`;
}

describe.each(pages)('%s', (page) => {
  const commands = commandsIn(readFileSync(`${ROOT}${page}`, 'utf8'));
  it('names only commands and options there are', () => {
    expect(commands.flatMap((line) => fault(line) ?? [])).toEqual([]);
  });
});

it('finds them, and what is wrong with them', () => {
  expect(commandsIn('```\n$ countersign chek --x   # y\n```\nand `countersign verify --bundel b`').map(fault)).toEqual(['there is no command chek', 'verify has no --bundel']);
  expect(commandsIn('```\ncountersign verify \\\n  --bundle b | countersign x\n```').map(fault)).toEqual([undefined]);
  const all = pages.flatMap((page) => commandsIn(readFileSync(`${ROOT}${page}`, 'utf8')));
  expect(all.length).toBeGreaterThan(100);
});
