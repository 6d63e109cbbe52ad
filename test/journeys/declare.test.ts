/** A push whose commits do not say whether an AI assisted: refused by name, repaired by the command it names, and passed. All parts are real. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from '../../examples/story/stage.ts';
import { JONAS } from '../../examples/story/story.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-floor-'));
const FLOOR = join(folder, 'floor.yml');
let stage: Stage;

beforeAll(async () => {
  writeFileSync(FLOOR, 'version: 1\ndeclarations: {assistance: required}\nbreak_glass: {humans: 2, expires: 1h}\n');
  stage = await openStage('--floor', FLOOR);
});
afterAll(async () => {
  await stage?.end();
  rmSync(folder, { recursive: true, force: true });
});

it('names each commit and the one command that repairs them', async () => {
  const clone = stage.clone('infra', 'jonas');
  for (const name of ['one', 'two', 'three']) {
    writeFileSync(join(clone, `docs-${name}.md`), `${name}\n`);
    stage.must(clone, 'add', '-A');
    stage.must(clone, ...JONAS, 'commit', '-qm', `Write ${name} down`, ...(name === 'two' ? ['--trailer', 'Assisted-by: none'] : []));
  }
  const [three = '', two = '', one = ''] = stage.must(clone, 'rev-list', '-3', 'HEAD').split('\n');
  const content = stage.must(clone, 'rev-parse', 'HEAD^{tree}');

  const refused = stage.git(clone, 'push', 'origin', 'main');
  expect(refused.code).not.toBe(0);
  expect(refused.text).toContain('DECLARATION_MISSING');
  expect(refused.text).toContain(`commit ${one.slice(0, 12)} "Write one down" does not say whether an AI assisted`);
  expect(refused.text).toContain(`commit ${three.slice(0, 12)} "Write three down" does not say whether an AI assisted`);
  expect(refused.text).not.toContain(`commit ${two.slice(0, 12)}`);

  const command = /countersign (declare [0-9a-f]{12}\.\.[0-9a-f]{12} --as none)/.exec(refused.text)?.[1] ?? '';
  const checked = stage.countersign('check', '--repo', clone, '--floor', FLOOR);
  expect(checked.text).toContain(`countersign ${command}`);

  const repaired = stage.countersign(...command.split(' '), '--repo', clone);
  expect(repaired).toMatchObject({
    code: 0,
    text: expect.stringMatching(/2 commits declared on main:\n {2}[0-9a-f]{12} -> [0-9a-f]{12} {2}Write one down\n {6}Assisted-by: none\n/),
  });
  expect(stage.must(clone, 'rev-parse', 'HEAD^{tree}')).toBe(content);
  const pushed = stage.git(clone, 'push', 'origin', 'main');
  expect(pushed.text).not.toContain('DECLARATION_MISSING');
  expect(pushed).toMatchObject({ code: 0 });
});
