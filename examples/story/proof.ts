/** After it landed: a signature counts once, and the log proves offline who signed what. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBase64 } from '../../src/core/base/bytes.ts';
import { pae, parseEnvelope } from '../../src/core/signoff/dsse.ts';
import { post, type Scene, statementFor } from './attempts.ts';
import { signer } from './people.ts';
import { JONAS, TRAILER } from './story.ts';
import { expect } from './teller.ts';

export async function prove(scene: Scene): Promise<void> {
  const { stage, clone, id, teller, refused } = scene;
  const ines = await signer(stage.url, 'ines');
  const bundle = join(stage.folder, 'change.json');
  const trust = join(stage.folder, 'trust.json');
  await save(`${stage.url}/api/v1/changes/${id}/bundle`, bundle);
  await save(`${stage.url}/api/v1/trust`, trust);
  const envelope = fromBase64(JSON.parse(readFileSync(bundle, 'utf8')).signoffs[0].envelope) ?? new Uint8Array(0);

  teller.chapter('6. A signature counts once.');
  refused('ST_NONCE', await post(ines, id, envelope));
  teller.say('Mara’s signature is sent again.  ST_NONCE');
  refused('ST_NONCE', await relanding(scene));
  teller.say('The change is reverted, with a sign-off, and pushed once more under the old one.  ST_NONCE');

  teller.chapter('7. The log proves it, offline: the server is stopped, and nothing of it is asked.');
  stage.must(clone, 'fetch', '-q', 'origin', 'main');
  const [revert = '', landed = ''] = stage.must(clone, 'log', '-2', '--format=%H', 'FETCH_HEAD').split('\n');
  await stage.stop();
  const verify = (...more: readonly string[]) => stage.countersign('verify', '--bundle', bundle, '--trust', trust, '--repo', clone, '--commit', landed, ...more);
  const good = verify('--demo');
  expect(good.code === 0, 'the evidence verifies', good.text);
  teller.show(good.text);
  const demo = verify();
  expect(demo.code === 1, 'demo evidence is refused unless asked for', demo.text);
  refused('TRUST_DEMO', demo.text);
  teller.say('The same without --demo: sample people prove nothing about real ones.  TRUST_DEMO');
  const other = stage.countersign('verify', '--bundle', bundle, '--trust', trust, '--repo', clone, '--commit', revert, '--demo');
  expect(other.code === 1, 'the same evidence proves no other commit', other.text);
  refused('CONTENT_MISMATCH', other.text);
  teller.say('The same evidence for another commit.  CONTENT_MISMATCH');
  teller.show(stockSshKeygen(scene, envelope, trust));
}

/** The bytes as they were served: evidence is never re-serialised. */
async function save(url: string, file: string): Promise<void> {
  writeFileSync(file, await (await fetch(url)).text());
}

/** Reverts what landed (with a sign-off of its own), then pushes the same content again under the spent one. */
async function relanding({ stage, teller }: Scene): Promise<string> {
  const copy = stage.clone('infra', 'jonas');
  const landed = stage.must(copy, 'rev-parse', 'HEAD');
  stage.must(copy, ...JONAS, 'revert', '--no-edit', landed);
  stage.must(copy, ...JONAS, 'commit', '-q', '--amend', '-m', `Take the rename back\n\n${TRAILER}`);
  const stopped = stage.git(copy, 'push', 'origin', 'HEAD:main').text;
  const revert = /changes\/([0-9a-f]{16})/.exec(stopped)?.[1] ?? '';
  const ines = await signer(stage.url, 'ines');
  const said = await post(ines, revert, ines.seal(await statementFor(ines, revert)));
  expect(said.includes('"complete":true'), 'the revert is signed', said);
  stage.must(copy, 'push', '-q', 'origin', 'HEAD:main');
  teller.say('The rename is taken back: that is a change too, and Ines signs it.');
  stage.must(copy, ...JONAS, 'cherry-pick', '--allow-empty', landed);
  return stage.git(copy, 'push', 'origin', 'HEAD:main').text;
}

/** The same signature under stock OpenSSH, for an auditor who does not trust our code. */
function stockSshKeygen({ stage }: Scene, envelope: Uint8Array, trust: string): string {
  const parsed = parseEnvelope(envelope);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const { payloadType, payload, signatures } = parsed.value;
  const person = JSON.parse(new TextDecoder().decode(payload)).predicate.signer.id as string;
  writeFileSync(join(stage.folder, 'allowed_signers'), stage.countersign('authority', 'show', '--trust', trust, '--allowed-signers').text);
  writeFileSync(join(stage.folder, 'sig'), signatures[0]?.sig ?? '');
  const args = ['-Y', 'verify', '-f', 'allowed_signers', '-I', person, '-n', 'signoff@countersign.dev', '-s', 'sig'];
  const done = spawnSync('ssh-keygen', args, { cwd: stage.folder, input: pae(payloadType, payload), encoding: 'utf8' });
  expect(done.status === 0, 'stock ssh-keygen says Good', `${done.stdout}${done.stderr}${done.error?.message ?? ''}`);
  return `ssh-keygen ${args.join(' ')} < pae\n${done.stdout}`;
}
