import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { INSTALLABLE, isOurs, type Program, type Settings, settingsOf } from './files.ts';
import { installHooks, uninstallHooks } from './install.ts';
import { plainOf, readJsonc } from './jsonc.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-settings-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const PROGRAM: Program = { node: '/opt/node 24/bin/node', script: '/home/d/it\'s "$mine"/cli.js', windows: false };

const place = () => {
  const home = mkdtempSync(join(root, 'h'));
  return { roots: { home, project: join(home, 'shop'), env: {} }, how: { undo: join(home, 'undo'), dry: false } };
};

/** Printed with white space, comments and trailing commas anywhere they may stand. */
const printed = (value: unknown, gap: () => string, comma: () => string): string => {
  if (Array.isArray(value)) return `[${gap()}${value.map((v) => printed(v, gap, comma)).join(`${gap()},${gap()}`)}${value.length > 0 ? comma() : ''}${gap()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, v]) => `${JSON.stringify(key)}${gap()}:${gap()}${printed(v, gap, comma)}`);
  return `{${gap()}${members.join(`${gap()},${gap()}`)}${members.length > 0 ? comma() : ''}${gap()}}`;
};

const other = fc.record({ matcher: fc.constantFrom('*', 'Bash'), hooks: fc.array(fc.record({ type: fc.constant('command'), command: fc.string() }), { maxLength: 2 }) });
const event = fc.constantFrom('PreToolUse', 'PostToolUse', 'preToolUse', 'BeforeTool', 'Stop', 'Notification');
const config = fc.record(
  {
    hooks: fc.dictionary(event, fc.array(other, { maxLength: 3 }), { maxKeys: 4 }),
    env: fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }),
    version: fc.constant(1),
    'a, "b" // {': fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const gaps = fc.array(fc.constantFrom('', ' ', '\n', '\n  ', '\t', '\r\n    ', '/* a , b " */', '// c } ] ,\n', '\n\n'), { minLength: 1, maxLength: 12 });

const text = fc.tuple(config, gaps, fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }), fc.constantFrom('', '\n', '\ufeff', '// top\n')).map(([value, spaces, commas, top]) => {
  let [i, j] = [0, 0];
  const gap = (): string => spaces[i++ % spaces.length] ?? '';
  const comma = (): string => (commas[j++ % commas.length] === true ? ',' : '');
  return `${top === '\n' ? '' : top}${printed(value, gap, comma)}${top === '\n' ? top : ''}`;
});

const written = (settings: Settings, content: string): void => {
  mkdirSync(dirname(settings.file), { recursive: true });
  writeFileSync(settings.file, content);
};
const read = (settings: Settings): string => readFileSync(settings.file, 'utf8');

function valueIn(content: string): { hooks?: Record<string, unknown[]>; [key: string]: unknown } {
  const node = readJsonc(content);
  if (node === null || typeof node === 'number') throw new Error(`cannot be read at ${node}: ${content}`);
  return plainOf(node) as { hooks?: Record<string, unknown[]> };
}

/** What is left of a value when our hooks, and lists and members that came with them, are taken away. */
function others(content: string, settings: Settings): unknown {
  const { hooks = {}, ...rest } = valueIn(content);
  const kept = Object.fromEntries(
    Object.entries(hooks).map(([name, list]) => [name, list.filter((item) => !settings.hooks.some(([, ours]) => JSON.stringify(item) === JSON.stringify(ours)))]),
  );
  const full = Object.fromEntries(Object.entries(kept).filter(([, list]) => list.length > 0));
  return { version: 1, ...rest, hooks: full };
}

describe('installing', () => {
  it('keeps everything that is there, is done once, and uninstalling leaves the very bytes', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...INSTALLABLE), fc.constantFrom('user', 'project'), (before, agent, scope) => {
        const { roots, how } = place();
        const settings = settingsOf(agent, scope, roots, PROGRAM);
        written(settings, before);
        expect(installHooks(settings, how)).toMatchObject({ ok: true, value: { done: 'written' } });
        const after = read(settings);
        for (const [name, element] of settings.hooks) expect(valueIn(after).hooks?.[name]).toContainEqual(element);
        expect(others(after, settings)).toEqual(others(before, settings));
        expect(installHooks(settings, how)).toMatchObject({ ok: true, value: { done: 'unchanged' } });
        expect(read(settings)).toBe(after);
        expect(uninstallHooks(settings, how)).toMatchObject({ ok: true, value: { done: 'removed' } });
        expect(read(settings)).toBe(before);
        expect(readdirSync(how.undo)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('with the memory of it lost, or the file changed since, uninstalling takes only what is ours', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...INSTALLABLE), fc.boolean(), fc.boolean(), (before, agent, lost, changed) => {
        const { roots, how } = place();
        const settings = settingsOf(agent, 'user', roots, PROGRAM);
        written(settings, before);
        installHooks(settings, how);
        if (changed) writeFileSync(settings.file, `${read(settings)}\n// changed\n`);
        if (lost) rmSync(how.undo, { recursive: true });
        uninstallHooks(settings, how);
        const after = read(settings);
        for (const [, element] of settings.hooks) for (const list of Object.values(valueIn(after).hooks ?? {})) expect(list).not.toContainEqual(element);
        expect(others(after, settings)).toEqual(others(before, settings));
      }),
      { numRuns: 400 },
    );
  });

  it.each(INSTALLABLE)('%s: makes a file that is not there, and takes it and its folders away again', (agent) => {
    const { roots, how } = place();
    const settings = settingsOf(agent, 'user', roots, PROGRAM);
    expect(installHooks(settings, { ...how, dry: true })).toMatchObject({ ok: true, value: { done: 'written' } });
    expect(existsSync(settings.file)).toBe(false);
    installHooks(settings, how);
    expect(valueIn(read(settings)).hooks).toBeDefined();
    uninstallHooks(settings, how);
    expect(readdirSync(roots.home)).toEqual(['undo']);
    expect(uninstallHooks(settings, how)).toMatchObject({ ok: true, value: { done: 'absent' } });
  });

  it('takes the place of what an earlier version put there, and one uninstall takes all', () => {
    const { roots, how } = place();
    const [old, now] = ['/usr/bin/node', '/usr/local/bin/node'].map((node) => settingsOf('claude', 'user', roots, { ...PROGRAM, node }));
    if (old === undefined || now === undefined) return;
    written(old, '{\n  "model": "opus" // mine\n}\n');
    installHooks(old, how);
    installHooks(now, how);
    expect(read(now)).not.toContain('/usr/bin/node');
    uninstallHooks(now, how);
    expect(read(now)).toBe('{\n  "model": "opus" // mine\n}\n');
  });

  it.each(['{', '[]', '{"hooks": []}', '{"hooks": {"PreToolUse": {}}}', '{"hooks": {}, "hooks": {}}', '{"a" 1}', '{"a": 1} x'])(
    'leaves %s alone and says what to paste',
    (content) => {
      const { roots, how } = place();
      const settings = settingsOf('claude', 'user', roots, PROGRAM);
      written(settings, content);
      const refused = installHooks(settings, how);
      expect(refused).toMatchObject({ ok: false, error: { code: 'USAGE', place: settings.file } });
      expect(refused.ok ? '' : refused.error.remedy).toContain('"PreToolUse"');
      expect(read(settings)).toBe(content);
    },
  );

  it('fits in with how the file is written', () => {
    const { roots, how } = place();
    const settings = settingsOf('cursor', 'user', roots, { ...PROGRAM, node: '/n', script: '/c' });
    written(settings, '{\n\t"version": 1,\n\t"hooks": {\n\t\t"stop": [\n\t\t\t{ "command": "say done" }\n\t\t]\n\t}\n}\n');
    installHooks(settings, how);
    expect(read(settings)).toContain('\n\t\t\t{ "command": "say done" },\n\t\t\t{\n\t\t\t\t"command": "\\"/n\\" \\"/c\\" hook agent --agent cursor || true"\n\t\t\t}\n\t\t]');
  });
});

describe('our command', () => {
  it.each(['node x.js', 'countersign hook agent', 'sh -c "a" "b" hook agent --agent x', '"a" "b" hook agent --agent x; rm -rf /'])('is not %s', (command) =>
    expect(isOurs(command)).toBe(false),
  );
  it('is told whatever the places hold', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (node, script) => {
        fc.pre(!/[\r\n\u2028\u2029]/.test(node + script));
        const settings = settingsOf('cursor', 'user', place().roots, { node, script, windows: false });
        const [, element] = settings.hooks[0] ?? [];
        expect(isOurs((element as { command: string }).command)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

it.each(['a file', 'a folder'])('writes nothing outside a repository that brings %s as a link', (what) => {
  const { roots, how } = place();
  const settings = settingsOf('gemini', 'project', roots, PROGRAM);
  const target = join(roots.home, 'elsewhere');
  mkdirSync(target);
  writeFileSync(join(target, 'settings.json'), '{}');
  mkdirSync(what === 'a file' ? settings.folder : roots.project, { recursive: true });
  symlinkSync(what === 'a file' ? join(target, 'settings.json') : target, what === 'a file' ? settings.file : settings.folder);
  expect(installHooks(settings, how)).toMatchObject({ ok: false, error: { code: 'DATA_INVALID' } });
  expect(uninstallHooks(settings, how).ok).toBe(false);
  expect(readFileSync(join(target, 'settings.json'), 'utf8')).toBe('{}');
});
