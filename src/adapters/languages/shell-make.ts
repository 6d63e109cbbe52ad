/** Recipes of make and just, and RUN of images. Variables of make are put in where the file says what they are. */
import type { Found } from './shell.ts';

/** `X := value`, also for `export X = value`. */
const VARIABLE = /^(?:export\s+|override\s+)?([\w.-]+)\s*(?::{0,3}=|\?=)\s*([^\n]*)$/;
const TARGET = /^([\w./%$(){} -][^:=#\n]{0,200}?)\s*::?(?![=])/;

/** What only make knows, as a variable of a shell. */
const OPEN = `$\{of_make}`;

/** Every target is a script of its own; each line of it is run by a shell of its own, so that a failed one ends it. */
export function makeScripts(text: string): readonly Found[] {
  const lines = text.split('\n').map((l) => l.replace(/\r$/, ''));
  const variables = makeVariables(lines);
  const out: Found[] = [];
  let target: { name: string; line: number; lines: string[] } | undefined;
  const end = (): void => {
    if (target?.lines.some((l) => l.trim() !== '')) out.push({ text: target.lines.join('\n'), line: target.line, runner: 'make', name: target.name });
  };
  for (const [i, line] of lines.entries()) {
    const recipe = /^(?:\t|[ ]{2,})/.test(line) || (lines[i - 1]?.endsWith('\\') === true && target !== undefined && target.lines.length > 0);
    if (target !== undefined && (recipe || line.trim() === '' || /^(?:ifeq|ifneq|ifdef|ifndef|else|endif)\b/.test(line))) {
      target.lines.push(recipe ? expanded(line.replace(/^[\t ]*[@+-]*\s*/, ''), variables) : '');
      continue;
    }
    const [, name] = TARGET.exec(line) ?? [];
    if (name === undefined) continue;
    end();
    const inline = /^[^#]*?::?[^=;#]*;(.*)$/.exec(line)?.[1];
    target = { name: name.trim(), line: inline === undefined ? i + 2 : i + 1, lines: inline === undefined ? [] : [expanded(inline, variables)] };
  }
  end();
  return out;
}

function makeVariables(lines: readonly string[]): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  for (const line of lines) {
    const [, name, value] = line.length > 2_000 ? [] : (VARIABLE.exec(line) ?? []);
    // set twice: either may hold
    if (name !== undefined && value !== undefined) out.set(name, out.has(name) ? '' : value.replace(/\s+#.*$/, '').trim());
  }
  return out;
}

/** `$(X)` where it is known, `${X}` of a shell where not; `$$` is the shell's own sign. */
function expanded(line: string, variables: ReadonlyMap<string, string>, depth = 0): string {
  return line.replace(/\$\$|\$[({]([\w.-]+)[)}]|\$\(([^()]{0,400}(?:\([^()]{0,200}\)[^()]{0,400})?)\)|\$([@<^*?%])/g, (all, name?: string, call?: string, automatic?: string) => {
    if (all === '$$') return depth === 0 ? '$' : '$$';
    if (name === 'MAKE') return 'make';
    if (name !== undefined) {
      const value = variables.get(name) ?? '';
      return value === '' || value.length > 500 || depth > 4 ? `\${${name.replace(/\W/g, '_')}}` : expanded(value, variables, depth + 1);
    }
    if (automatic !== undefined) return OPEN;
    return /^shell\s/.test(call ?? '') ? `$(${(call ?? '').slice(6)})` : OPEN;
  });
}

const INSTRUCTION = /^\s*(FROM|RUN|CMD|ENTRYPOINT|HEALTHCHECK|ONBUILD|ENV|ARG|COPY|ADD|LABEL|USER|WORKDIR|VOLUME|EXPOSE|SHELL|STOPSIGNAL|MAINTAINER)\b(.*)$/i;

/** RUN builds an image, CMD and ENTRYPOINT run where it is started. Lines go on behind a comment. */
export function imageScripts(text: string): readonly Found[] {
  const out: Found[] = [];
  // lines are joined at the end: looking at the end of a growing text copies it every time
  let open: { lines: string[]; line: number; scratch: boolean } | undefined;
  const goesOn = (): boolean => open?.lines.at(-1)?.endsWith('\\') === true;
  let here: string | undefined;
  const end = (): void => {
    if (open !== undefined) out.push({ text: listForm(open.lines.join('\n')), line: open.line, runner: 'image', name: '', scratch: open.scratch });
    open = undefined;
  };
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\r$/, '');
    if (open !== undefined && here !== undefined) {
      open.lines.push(line);
      if (line.trim() === here) here = undefined;
      if (here === undefined) end();
      continue;
    }
    if (open !== undefined && goesOn()) {
      // a comment within is nothing, and its line is kept for the count
      open.lines.push(/^\s*#/.test(line) || line.trim() === '' ? '\\' : line.trimEnd());
      if (!goesOn()) end();
      continue;
    }
    end();
    const [, instruction = '', rest = ''] = INSTRUCTION.exec(line) ?? [];
    if (!/^(?:RUN|CMD|ENTRYPOINT|HEALTHCHECK|ONBUILD)$/i.test(instruction)) continue;
    const flags = rest.replace(/^\s*(?:RUN|CMD)\b/i, '').replace(/^(?:\s*--[\w-]+=\S+)+/, '');
    open = { lines: [flags.trim()], line: i + 1, scratch: /^RUN$/i.test(instruction) };
    here = /^<<-?["']?(\w+)["']?\s*$/.exec(flags.trim())?.[1];
    if (here !== undefined) open.lines = [''];
    if (here === undefined && !goesOn()) end();
  }
  end();
  return out;
}

const listForm = (text: string): string =>
  /^\[.*\]$/s.test(text.trim())
    ? text
        .trim()
        .slice(1, -1)
        .replace(/"\s*,\s*"/g, '" "')
    : text;
