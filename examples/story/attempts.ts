/** What must be refused, tried for real: by the author, by a junior, by an agent with its owner's token, with git's own tricks. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { base64, fromBase64 } from '../../src/core/base/bytes.ts';
import { renamed, type Signer, signer } from './people.ts';
import type { Ran, Stage } from './stage.ts';
import { JONAS, TRAILER } from './story.ts';
import { expect, type Teller } from './teller.ts';

export interface Scene {
  readonly stage: Stage;
  /** The clone whose main holds the change. */
  readonly clone: string;
  readonly id: string;
  readonly teller: Teller;
  refused(code: string, said: string): void;
}

/** Before anybody signed: asking for less, and the wrong people's passkeys. */
export async function beforeSigning({ stage, clone, id, teller, refused }: Scene): Promise<void> {
  const amended = (message: string): string => {
    const before = standing(stage);
    const copy = stage.clone('infra', 'jonas');
    stage.must(copy, 'fetch', '-q', clone, 'main');
    stage.must(copy, 'reset', '-q', '--hard', 'FETCH_HEAD');
    stage.must(copy, ...JONAS, 'commit', '-q', '--amend', '-m', message);
    const pushed = stage.git(copy, 'push', 'origin', 'HEAD:main');
    expect(pushed.code !== 0 && standing(stage) === before, 'the push is refused and no ref moves', pushed.text);
    return pushed.text;
  };
  const stripped = amended('Bring the orders database in line');
  refused('PROVENANCE_STICKY', stripped);
  expect(/1 human at L6/.test(stripped), 'stripping the trailer asks for no less', stripped);
  teller.say('The trailer is stripped and pushed again: the mark sticks, and no less is asked.  PROVENANCE_STICKY');

  const none = amended('Bring the orders database in line\n\nAssisted-by: none');
  refused('PROVENANCE_CONTRADICTION', none);
  expect(/1 human at L6/.test(none), 'declaring none asks for no less', none);
  teller.say('`Assisted-by: none` instead: a contradiction with a named author.  PROVENANCE_CONTRADICTION');

  const [jonas, amara, tomasz] = await Promise.all([signer(stage.url, 'jonas'), signer(stage.url, 'amara'), signer(stage.url, 'tomasz')]);
  const statement = await statementFor(tomasz, id);
  refused('SOD_AUTHOR', await post(jonas, id, jonas.seal(renamed(statement, 'jonas', 'L4', '11'.repeat(16)))));
  teller.say('The author signs with his own passkey.  SOD_AUTHOR');
  refused('QUAL_LEVEL', await post(amara, id, amara.seal(renamed(statement, 'amara', 'L5', '22'.repeat(16)))));
  teller.say('A level-5 engineer signs.  QUAL_LEVEL');
  refused('KEY_UNKNOWN', await post(amara, id, amara.seal(statement)));
  teller.say('She signs in the name of a level-6 engineer.  KEY_UNKNOWN');
  // The queue shows the change as it was pushed last: put the agent's own commit back.
  refused('SIGNOFF_MISSING', stage.git(clone, 'push', 'origin', 'main').text);
}

/** Every ref of the served repository, read past the server. */
const standing = (stage: Stage): string => stage.must(stage.folder, '--git-dir', join(stage.data, 'repositories/infra.git'), 'for-each-ref');

/** The statement the server prepares for this person. */
export async function statementFor(by: Signer, id: string): Promise<Uint8Array> {
  const prepared = await by.call<{ statement: string }>('POST', `/changes/${id}/signoffs/prepare`, await by.answers(id));
  expect(prepared.status === 200, 'the statement is prepared', JSON.stringify(prepared.body));
  return fromBase64(prepared.body.statement) ?? new Uint8Array(0);
}

export async function post(by: Signer, id: string, envelope: Uint8Array): Promise<string> {
  return JSON.stringify((await by.call('POST', `/changes/${id}/signoffs`, { envelope: base64(envelope) })).body);
}

/** After Mara signed and before it landed: everything that is close to what she signed, and is not it. */
export async function attempts({ stage, clone, teller, refused }: Scene): Promise<void> {
  teller.chapter('4. Everything that is close to what she signed, and is not it, is refused.');
  const fresh = (): string => {
    const copy = stage.clone('infra', 'jonas');
    stage.must(copy, 'fetch', '-q', clone, 'main');
    return copy;
  };
  const attempt = (code: string, what: string, push: (copy: string) => Ran): void => {
    const before = standing(stage);
    const pushed = push(fresh());
    expect(pushed.code !== 0 && standing(stage) === before, `${code}: the push is refused and no ref moves`, pushed.text);
    refused(code, pushed.text);
    teller.say(`${what}  ${code}`);
  };
  const commit = (copy: string, message: string): string => stage.must(copy, ...JONAS, 'commit', '-qam', `${message}\n\n${TRAILER}`);

  attempt('CONTENT_MISMATCH', 'One line more in a signed file.', (copy) => {
    stage.must(copy, 'reset', '-q', '--hard', 'FETCH_HEAD');
    appendFileSync(join(copy, 'databases/orders/main.tf'), '\n# no harm in a comment\n');
    stage.must(copy, ...JONAS, 'commit', '-qa', '--amend', '--no-edit');
    return stage.git(copy, 'push', 'origin', 'HEAD:main');
  });
  attempt('ST_REF', 'The same commit to another protected ref.', (copy) => stage.git(copy, 'push', 'origin', 'FETCH_HEAD:refs/heads/release'));
  attempt('INTERMEDIATE_UNSIGNED', 'An unsigned commit under the signed one, in one push.', (copy) => {
    appendFileSync(join(copy, 'network/edge.tf'), '\nresource "aws_lb_listener" "plain" {\n  load_balancer_arn = aws_lb.edge.arn\n  port              = 80\n}\n');
    commit(copy, 'Listen on port 80 too');
    stage.must(copy, ...JONAS, 'cherry-pick', 'FETCH_HEAD');
    return stage.git(copy, 'push', 'origin', 'HEAD:main');
  });
  attempt('CONTENT_DUPLICATE', 'A tree that holds one path twice: git refuses it on arrival, and `check` before it leaves.', (copy) => {
    stage.must(copy, 'reset', '-q', '--hard', 'FETCH_HEAD');
    const twice = duplicateTree(stage, copy);
    const checked = stage.countersign('check', `origin/main..${twice}`, '--repo', copy);
    const pushed = stage.git(copy, 'push', 'origin', `${twice}:refs/heads/main`);
    expect(checked.code === 2 && /duplicateEntries/.test(pushed.text), 'both refuse it', `${checked.text}${pushed.text}`);
    return { code: pushed.code, text: `${pushed.text}${checked.text}` };
  });
  attempt('CONTENT_SUBMODULE', 'A submodule moved, hidden by `ignore = all` in .gitmodules.', (copy) => {
    writeFileSync(join(copy, '.gitmodules'), '[submodule "modules/vpc"]\n\tpath = modules/vpc\n\turl = ./vpc\n\tignore = all\n');
    stage.must(copy, 'add', '.gitmodules');
    stage.must(copy, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},modules/vpc`);
    stage.must(copy, ...JONAS, 'commit', '-qm', `Use the shared module\n\n${TRAILER}`);
    return stage.git(copy, 'push', 'origin', 'HEAD:main');
  });
  attempt('REF_NON_FAST_FORWARD', 'main rewritten.', (copy) => {
    stage.must(copy, 'reset', '-q', '--hard', 'HEAD~1');
    appendFileSync(join(copy, 'README.md'), '\nAnother history.\n');
    commit(copy, 'Another history');
    return stage.git(copy, 'push', '--force', 'origin', 'HEAD:main');
  });
  attempt('REF_DELETION', 'main deleted.', (copy) => stage.git(copy, 'push', 'origin', ':refs/heads/main'));

  await stage.stop(true);
  const gitDir = join(stage.data, 'repositories/infra.git');
  const before = standing(stage);
  const local = stage.git(clone, 'push', gitDir, 'main');
  expect(local.code !== 0 && standing(stage) === before, 'without an answer no ref moves', local.text);
  refused('GATE_UNAVAILABLE', local.text);
  teller.say('The server is killed, and the push goes straight to the repository: no answer, no push.  GATE_UNAVAILABLE');
  await stage.start();
}

/** A commit on top of HEAD whose root tree names README.md twice, written byte by byte: git's own tools would not. */
function duplicateTree(stage: Stage, copy: string): string {
  const blob = stage.must(copy, 'rev-parse', 'HEAD:README.md');
  const entry = Buffer.concat([Buffer.from('100644 README.md\0'), Buffer.from(blob, 'hex')]);
  const file = join(copy, '.git/duplicate-tree');
  writeFileSync(file, Buffer.concat([entry, entry]));
  const tree = stage.must(copy, 'hash-object', '-t', 'tree', '--literally', '-w', file);
  return stage.must(copy, ...JONAS, 'commit-tree', tree, '-p', 'HEAD', '-m', 'Two of one name');
}
