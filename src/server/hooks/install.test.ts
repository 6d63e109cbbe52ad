import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { fillIn, installHooks } from './install.ts';

const room = mkdtempSync(join(tmpdir(), 'countersign-install-'));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const GATE = join(import.meta.dirname, 'gate.sh');
const SAYS = "#!/bin/sh\nprintf '%s|' '@REPOSITORY@' '@FOLDER@' '@DOOR@' '@SECONDS@'\n";
const settings = { repository: 'infra', folder: '/srv/countersign' };
const said = (script: string): string => execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' });

describe('a hook', () => {
  it('is told its repository, folder, door and patience', () => {
    expect(said(fillIn(SAYS, 'pre-receive', settings))).toBe('infra|/srv/countersign|pre-receive|60|');
    expect(said(fillIn(SAYS, 'post-receive', { ...settings, seconds: 5 }))).toBe('infra|/srv/countersign|post-receive|5|');
  });

  it.each(["it's", '$HOME `id` "x"', "'; echo stolen; '", '@DOOR@ $& $1', 'a\nb', '\\', '🦊'])('reads the folder %j as it is', (folder) => {
    expect(said(fillIn(SAYS, 'pre-receive', { ...settings, folder }))).toBe(`infra|${folder}|pre-receive|60|`);
  });

  it('quotes every folder so that a shell reads nothing but its name', () => {
    const name = fc.string({ unit: fc.constantFrom("'", '"', '\\', '$', '`', '\n', '@', '&', ';', ' ', 'a'), maxLength: 20 });
    fc.assert(
      fc.property(name, (folder) => said(fillIn(SAYS, 'pre-receive', { ...settings, folder })) === `infra|${folder}|pre-receive|60|`),
      { numRuns: 40 },
    );
  });

  it('quotes the paths of its verifier no less', () => {
    const script = "#!/bin/sh\nprintf '%s|' '@NODE@' '@PROGRAM@' '@SETTINGS@' '@HANDED@'\n";
    const name = fc.string({ unit: fc.constantFrom("'", '"', '\\', '$', '`', '\n', '@', ' ', 'a'), maxLength: 20 });
    fc.assert(
      fc.property(
        name,
        name,
        (a, b) => said(fillIn(script, 'pre-receive', { ...settings, unattended: { node: a, program: b, settings: b, handed: a } })) === `${a}|${b}|${b}|${a}|`,
      ),
      { numRuns: 40 },
    );
    expect(said(fillIn(script, 'pre-receive', settings))).toBe('||||');
  });

  it.each(['', '../infra', "x'y", 'Infra', '-x', 'a b', 'a\nb', '.git'])('is never installed for a repository called %j', (repository) => {
    expect(() => fillIn(SAYS, 'pre-receive', { ...settings, repository })).toThrow('repository');
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('never waits %d seconds', (seconds) => {
    expect(() => fillIn(SAYS, 'pre-receive', { ...settings, seconds })).toThrow('seconds');
  });

  it('is not installed with a NUL in a folder', () => expect(() => fillIn(SAYS, 'pre-receive', { ...settings, folder: 'a\0b' })).toThrow('NUL'));

  it('is installed twice over whatever was there, to be run, and parses', async () => {
    for (let i = 0; i < 2; i++) await installHooks(room, GATE, settings);
    writeFileSync(join(room, 'hooks/pre-receive'), 'exit 0\n');
    await installHooks(room, GATE, settings);
    expect(readdirSync(join(room, 'hooks')).sort()).toEqual(['post-receive', 'pre-receive']);
    for (const door of ['pre-receive', 'post-receive']) {
      const file = join(room, 'hooks', door);
      expect(statSync(file).mode & 0o777).toBe(0o755);
      const script = readFileSync(file, 'utf8');
      expect(script).not.toMatch(/@[A-Z]+@/);
      expect(script).toContain(`door='${door}'`);
      // Nothing it could start.
      expect(script).toContain("\nnode=''\nprogram=''\nsettings=''\nhanded=''\n");
      execFileSync('/bin/sh', ['-n', file]);
    }
  });
});
