/** What GitHub sends: every example payload there is, what is made of it, and what nobody may make us believe. */
import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifyDelivery } from './signed.ts';
import { readEvent } from './webhook.ts';

interface Definition {
  readonly name: string;
  readonly examples: readonly { readonly [field: string]: unknown }[];
}
const require = createRequire(import.meta.url);
const EDITIONS = ['api.github.com', 'ghes-31', 'ghes-32', 'ghes-33', 'ghes-34', 'ghes-35'];
const examplesOf = (edition: string): readonly Definition[] => require(`@octokit/webhooks-examples/${edition}/index.json`);
const EXAMPLES = examplesOf('api.github.com');
const example = (name: string, fits: (payload: { readonly [field: string]: unknown }) => boolean = () => true) => {
  const found = EXAMPLES.find((d) => d.name === name)?.examples.find(fits);
  if (found === undefined) throw new Error(`no example of ${name}`);
  return found;
};

const APP = 29310;
const bytes = (payload: unknown): Uint8Array => Buffer.from(JSON.stringify(payload));
const read = (name: string, payload: unknown, appId = APP, delivery = '72d3162e-cc78-11e3-81ab-4c9367dc0958') =>
  readEvent((header) => ({ 'x-github-event': name, 'x-github-delivery': delivery })[header], payload instanceof Uint8Array ? payload : bytes(payload), 1_700_000_000_000, appId);
const subject = (name: string, payload: unknown, appId = APP) => {
  const heard = read(name, payload, appId);
  if (!heard.ok) throw new Error(`${heard.error.place}: ${heard.error.message}`);
  return heard.value?.said.subject ?? null;
};
const [OLD, NEW, ZERO] = ['1'.repeat(40), '2'.repeat(40), '0'.repeat(40)];
const REPOSITORY = { id: 1296269, full_name: 'octocat/Hello-World' };
const COMMON = { repository: REPOSITORY, installation: { id: 1 }, sender: { login: 'Octocat' } };

describe('every example payload', () => {
  const all = EDITIONS.flatMap((edition) => examplesOf(edition).flatMap((d) => d.examples.map((payload, i) => [`${edition} ${d.name} ${i}`, d.name, payload] as const)));
  it('is taken or ignored', () => {
    expect(all.length).toBeGreaterThan(700);
    expect(all.flatMap(([label, name, payload]) => (read(name, payload).ok ? [] : [label]))).toEqual([]);
  });
  it('says what may have changed, and the rest says nothing', () => {
    const heard = EXAMPLES.flatMap((d) => d.examples.flatMap((payload) => (subject(d.name, payload) === null ? [] : [`${d.name}.${payload.action ?? ''}`])));
    expect([...new Set(heard)].sort()).toMatchInlineSnapshot(`
      [
        "branch_protection_rule.created",
        "branch_protection_rule.deleted",
        "branch_protection_rule.edited",
        "check_suite.rerequested",
        "installation.created",
        "installation.deleted",
        "installation.new_permissions_accepted",
        "installation.suspend",
        "installation.unsuspend",
        "installation_repositories.added",
        "installation_repositories.removed",
        "merge_group.checks_requested",
        "pull_request.closed",
        "pull_request.converted_to_draft",
        "pull_request.opened",
        "pull_request.ready_for_review",
        "pull_request.reopened",
        "pull_request.synchronize",
        "push.",
        "repository.edited",
        "repository.privatized",
        "repository.publicized",
        "repository.renamed",
        "repository.transferred",
      ]
    `);
  });
});

describe('an event', () => {
  it('says which delivery it was, when, where and by whom', () => {
    const payload = { ...COMMON, ref: 'refs/heads/main', before: OLD, after: NEW };
    expect(read('push', payload)).toEqual({
      ok: true,
      value: {
        said: {
          ...{ delivery: '72d3162e-cc78-11e3-81ab-4c9367dc0958', name: 'push', at: 1_700_000_000_000, account: 'github:octocat', brings: true },
          subject: { kind: 'ref', ref: 'refs/heads/main', old: OLD, new: NEW },
        },
        places: [{ forgeId: 1296269, place: 'octocat/Hello-World' }],
      },
    });
  });

  it.each([
    ['dependabot[bot]', 'github:dependabot[bot]'],
    ['github-merge-queue[bot]', null],
    ['Mona_acme', 'github:mona_acme'],
  ])('is caused by %s: %s', (login, account) => {
    expect(read('push', { ...COMMON, sender: { login }, ref: 'refs/heads/main', before: OLD, after: NEW })).toMatchObject({ value: { said: { account } } });
  });

  it.each([
    ['deleted', NEW, ZERO],
    ['created', ZERO, NEW],
  ])('of a branch that was %s has nothing on one side', (_, before, after) => {
    expect(subject('push', { ...COMMON, ref: 'refs/heads/a/b', before, after })).toEqual({ kind: 'ref', ref: 'refs/heads/a/b', old: before, new: after });
  });

  it('of a tag, or of what is no branch, is nobody’s', () => {
    for (const ref of ['refs/tags/v1', 'refs/notes/x', 'refs/pull/1/head']) expect(subject('push', { ...COMMON, ref, before: OLD, after: NEW })).toBeNull();
  });

  const head = { ref: 'Fix/1', sha: NEW, user: { login: 'Mona' }, repo: { id: 9, owner: { login: 'Mona' } } };
  const pull = { number: 7, state: 'open', head, base: { ref: 'release/1.x', repo: { id: 1296269 } } };
  it.each(['opened', 'reopened', 'synchronize', 'closed', 'ready_for_review', 'converted_to_draft', 'enqueued', 'dequeued'])('of a pull request that was %s', (action) => {
    const state = action === 'closed' ? 'closed' : 'open';
    const before = action === 'synchronize' ? OLD : null;
    const expected = { kind: 'pull', number: 7, targetRef: 'refs/heads/release/1.x', head: NEW, before, open: action !== 'closed' };
    const payload = { ...COMMON, action, before: OLD, after: NEW, pull_request: { ...pull, state } };
    expect(subject('pull_request', payload)).toEqual({ ...expected, branch: 'Fix/1', owner: 'github:mona', fork: true });
  });

  it.each([
    ['of this repository', { repo: { id: 1296269, owner: { login: 'octocat' } } }, { branch: 'Fix/1', owner: 'github:octocat', fork: false }],
    ['of a repository that is gone', { repo: null }, { branch: 'Fix/1', owner: 'github:mona', fork: true }],
    ['of an account that is gone with it', { repo: null, user: null }, { branch: 'Fix/1', owner: null, fork: true }],
    ['called as no branch can be asked for', { ref: '-x' }, { branch: '', owner: 'github:mona', fork: true }],
  ])('of a pull request from a branch %s', (_, more, expected) => {
    expect(subject('pull_request', { ...COMMON, action: 'opened', pull_request: { ...pull, head: { ...head, ...more } } })).toMatchObject(expected);
  });

  it('says by itself whether its account brought commits', () => {
    const brings = (name: string, payload: object) => {
      const heard = read(name, payload);
      return heard.ok ? heard.value?.said.brings : heard.error;
    };
    const ours = { ...pull, head: { ...head, repo: { id: 1296269, owner: { login: 'octocat' } } } };
    const actions = ['opened', 'reopened', 'synchronize', 'closed', 'ready_for_review', 'converted_to_draft', 'enqueued', 'dequeued', 'edited'];
    const bringing = (from: object) => actions.filter((action) => brings('pull_request', { ...COMMON, action, before: OLD, changes: { base: {} }, pull_request: from }) === true);
    expect([bringing(pull), bringing(ours)]).toEqual([['opened', 'reopened', 'synchronize'], ['synchronize']]);
    const push = (after: string) => brings('push', { ...COMMON, ref: 'refs/heads/a', before: OLD, after });
    expect([push(NEW), push(ZERO)]).toEqual([true, false]);
    const others = EXAMPLES.filter((d) => d.name !== 'push' && d.name !== 'pull_request').flatMap((d) => d.examples.filter((payload) => brings(d.name, payload) === true));
    expect(others).toEqual([]);
  });

  it('of commits that came to a head says from where, or is refused', () => {
    expect(read('pull_request', { ...COMMON, action: 'synchronize', pull_request: pull })).toMatchObject({ ok: false, error: { place: 'before' } });
  });
  it('of one that was edited counts where it goes elsewhere', () => {
    const edited = (changes: object) => subject('pull_request', { ...COMMON, action: 'edited', changes, pull_request: pull });
    expect([edited({ title: { from: 'x' } }), edited({ base: { ref: { from: 'main' } } })]).toMatchObject([null, { kind: 'pull' }]);
    expect(subject('pull_request', { ...COMMON, action: 'labeled', pull_request: pull })).toBeNull();
    expect(subject('pull_request_review', example('pull_request_review'))).toBeNull();
  });

  it('of a merge group', () => {
    const payload = example('merge_group');
    const group = payload.merge_group as { readonly head_sha: string; readonly head_ref: string };
    const queue = { kind: 'queue', ref: group.head_ref, targetRef: 'refs/heads/main', head: group.head_sha };
    expect(subject('merge_group', payload)).toEqual({ ...queue, open: true });
    expect(subject('merge_group', { ...payload, action: 'destroyed', reason: 'merged' })).toEqual({ ...queue, open: false });
  });

  it('of our own check alone, and of our own button', () => {
    const run = (action: string, id: number, identifier?: string) =>
      subject('check_run', { ...COMMON, action, check_run: { head_sha: NEW, app: { id } }, ...(identifier === undefined ? {} : { requested_action: { identifier } }) });
    const head = { kind: 'head', head: NEW };
    expect([run('rerequested', APP), run('requested_action', APP, 'look-again')]).toEqual([head, head]);
    for (const other of [
      run('rerequested', APP + 1),
      run('requested_action', APP, 'lgtm'),
      run('requested_action', APP + 1, 'look-again'),
      run('completed', APP),
      run('created', APP),
    ])
      expect(other).toBeNull();
    expect(subject('check_suite', { ...COMMON, action: 'rerequested', check_suite: { head_sha: NEW, app: { id: APP } } })).toEqual(head);
    expect(subject('check_suite', { ...COMMON, action: 'rerequested', check_suite: { head_sha: NEW, app: { id: APP + 1 } } })).toBeNull();
  });

  describe('of a deployment that waits', () => {
    const url = 'https://api.github.com/repos/octocat/Hello-World/actions/runs/9007/deployment_protection_rule';
    const payload = {
      ...COMMON,
      action: 'requested',
      environment: 'production',
      event: 'push',
      sha: NEW,
      ref: 'refs/heads/main',
      deployment_callback_url: url,
      deployment: null,
      pull_requests: [],
    };
    it('names run, environment and commit', () => {
      const expected = { kind: 'deploy', runId: 9007, environment: 'production', sha: NEW };
      expect(subject('deployment_protection_rule', payload)).toEqual(expected);
      const { sha, ...older } = payload;
      expect(subject('deployment_protection_rule', { ...older, deployment: { sha } })).toEqual(expected);
      expect(read('deployment_protection_rule', older)).toMatchObject({ ok: false, error: { message: expect.stringContaining('names no commit') } });
    });
    it.each([`${url}/../x`, 'https://api.github.com/repos/o/r/actions/runs/0/deployment_protection_rule', 'https://api.github.com/actions/runs/1', 'x'])(
      'is none by %s',
      (address) => {
        expect(read('deployment_protection_rule', { ...payload, deployment_callback_url: address })).toMatchObject({ ok: false, error: { place: 'deployment_callback_url' } });
      },
    );
  });

  it.each([
    ['repository', 'renamed'],
    ['repository', 'transferred'],
    ['repository', 'deleted'],
    ['repository', 'privatized'],
    ['branch_protection_rule', 'edited'],
    ['branch_protection_configuration', 'disabled'],
    ['repository_ruleset', 'deleted'],
  ])('of the whole repository: %s.%s', (name, action) => {
    expect(subject(name, { ...COMMON, action })).toEqual({ kind: 'repository' });
    expect(subject('repository', { ...COMMON, action: 'created' })).toBeNull();
  });
});

describe('whose event it is', () => {
  const places = (name: string, payload: unknown) => {
    const heard = read(name, payload);
    return heard.ok ? heard.value?.places : heard.error.code;
  };
  it('is the repository it names, as it is called now', () => {
    expect(places('repository', { ...COMMON, action: 'renamed', repository: { id: 5, full_name: 'octocat/Hi' } })).toEqual([{ forgeId: 5, place: 'octocat/Hi' }]);
  });
  it('is each that an installation was given or lost', () => {
    expect(
      places(
        'installation_repositories',
        example('installation_repositories', (p) => p.action === 'added'),
      ),
    ).toEqual([{ forgeId: 186853007, place: 'Codertocat/Space' }]);
  });
  it('is all of an installation where none is named, and nobody’s without one', () => {
    expect(places('installation', { action: 'suspend', installation: { id: 1 }, sender: { login: 'octocat' } })).toBeNull();
    expect(places('installation', { action: 'suspend' })).toBe('FORGE_EVENT');
  });
});

describe('what is not of its shape', () => {
  const good = { ...COMMON, ref: 'refs/heads/main', before: OLD, after: NEW };
  it.each<readonly [string, unknown, string]>([
    ['push', { ...good, ref: 'refs/heads/a..b' }, 'ref'],
    ['push', { ...good, ref: 'refs/heads/a b' }, 'ref'],
    ['push', { ...good, ref: 'refs/heads/-x' }, 'ref'],
    ['push', { ...good, ref: 'refs/heads/x.lock' }, 'ref'],
    ['push', { ...good, ref: 'refs/heads/x\u0000' }, 'ref'],
    ['push', { ...good, ref: 'refs/heads/' }, 'ref'],
    ['push', { ...good, ref: 7 }, 'ref'],
    ['push', { ...good, after: NEW.toUpperCase().replace(/2/g, 'F') }, 'after'],
    ['push', { ...good, after: `${NEW}2` }, 'after'],
    ['push', { ...good, repository: { id: '1296269', full_name: 'a/b' } }, 'repository.id'],
    ['push', { ...good, repository: { id: 1, full_name: '../b' } }, 'repository.full_name'],
    ['push', { ...good, repository: { id: 1, full_name: 'a/..' } }, 'repository.full_name'],
    ['push', { ...good, sender: { login: 'github-merge-queue[bot] ' } }, 'sender.login'],
    ['push', { ...good, installation: { id: 1.5 } }, 'installation.id'],
    ['push', [], 'body'],
    ['push', 'push', 'body'],
    ['pull_request', { ...COMMON, action: 'opened' }, 'pull_request'],
    ['installation', { action: 'created', installation: { id: 1 }, repositories: [{ id: 1 }] }, 'repositories.0.full_name'],
  ])('%s %j is refused at %s', (name, payload, place) => {
    expect(read(name, payload)).toMatchObject({ ok: false, error: { code: 'FORGE_EVENT', place } });
  });

  it('is refused where it is no JSON, no UTF-8, or of no delivery', () => {
    expect(read('push', Buffer.from('payload=%7B%7D'))).toMatchObject({ ok: false, error: { place: 'body' } });
    expect(read('push', Buffer.concat([bytes(good), Buffer.from([0xff])]))).toMatchObject({ ok: false });
    for (const delivery of ['', '../x', 'x'.repeat(101)]) expect(read('push', good, APP, delivery)).toMatchObject({ ok: false, error: { place: 'x-github-delivery' } });
  });

  it('never throws, whatever it is', () => {
    const names = fc.constantFrom(
      'pull_request',
      'push',
      'merge_group',
      'check_run',
      'check_suite',
      'deployment_protection_rule',
      'installation',
      'repository',
      'constructor',
      '__proto__',
    );
    const actions = fc.constantFrom('opened', 'edited', 'requested', 'checks_requested', 'rerequested', 'requested_action', 'renamed', '');
    fc.assert(fc.property(names, fc.json(), (name, json) => void read(name, Buffer.from(json))));
    fc.assert(
      fc.property(
        names,
        actions,
        fc.dictionary(fc.constantFrom('pull_request', 'ref', 'check_run', 'merge_group', 'repositories', 'deployment'), fc.jsonValue()),
        (name, action, more) => {
          const heard = read(name, { ...COMMON, action, ...more });
          expect(heard.ok ? true : heard.error.code === 'FORGE_EVENT').toBe(true);
        },
      ),
    );
    fc.assert(fc.property(names, fc.uint8Array(), (name, body) => void read(name, body)));
    const deep = Buffer.from(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
    expect(read('push', deep).ok).toBe(false);
  });

  it('of an example with any one field taken away or made another is refused or still whole', () => {
    const payload = { ...COMMON, action: 'opened', pull_request: { number: 7, state: 'open', head: { ref: 'fix', sha: NEW }, base: { ref: 'main', repo: { id: 1 } } } };
    const paths = [['pull_request'], ['pull_request', 'number'], ['pull_request', 'state'], ['pull_request', 'head', 'sha'], ['pull_request', 'base', 'ref']];
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        const changed = structuredClone(payload) as Record<string, unknown>;
        const holder = path.slice(0, -1).reduce<Record<string, unknown>>((at, part) => at[part] as Record<string, unknown>, changed);
        holder[path.at(-1) ?? ''] = value;
        const heard = read('pull_request', changed);
        if (!heard.ok || heard.value === null) return;
        const { kind, number, targetRef, head, open } = heard.value.said.subject as { kind: string; number: number; targetRef: string; head: string; open: boolean };
        expect([kind, Number.isSafeInteger(number), targetRef.startsWith('refs/heads/'), /^[0-9a-f]{40,64}$/.test(head), typeof open]).toEqual([
          'pull',
          true,
          true,
          true,
          'boolean',
        ]);
      }),
    );
  });
});

describe('a signature', () => {
  const body = bytes(example('push'));
  const signed = (secret: string, over: Uint8Array = body) => `sha256=${createHmac('sha256', secret).update(over).digest('hex')}`;
  it('is GitHub’s own: the example of its manual', () => {
    expect(verifyDelivery(["It's a Secret to Everybody"], Buffer.from('Hello, World!'), 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17')).toBe(true);
  });
  it('counts by any of the secrets, and by none that is empty', () => {
    expect([verifyDelivery(['new', 'old'], body, signed('old')), verifyDelivery(['new', 'old'], body, signed('new'))]).toEqual([true, true]);
    expect([verifyDelivery([''], body, signed('')), verifyDelivery([], body, signed(''))]).toEqual([false, false]);
    expect(verifyDelivery(['new'], body, signed('old'))).toBe(false);
  });
  it.each([undefined, null, '', 'sha256=', `sha1=${'0'.repeat(40)}`, `sha256=${'0'.repeat(63)}`, `sha256=${'0'.repeat(64)}`, `sha256=${'0'.repeat(64)} `])(
    '%j is none',
    (header) => {
      expect(verifyDelivery(['secret'], body, header)).toBe(false);
    },
  );
  it('is none in upper case, or of another algorithm with the right digest', () => {
    expect([verifyDelivery(['s'], body, signed('s').toUpperCase()), verifyDelivery(['s'], body, signed('s').replace('sha256', 'sha512'))]).toEqual([false, false]);
  });
  it('holds for no body and no signature with any bit of it another', () => {
    const good = signed('secret');
    fc.assert(
      fc.property(fc.nat(body.length * 8 - 1), (bit) => {
        const flipped = Uint8Array.from(body);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(verifyDelivery(['secret'], flipped, good)).toBe(false);
      }),
    );
    for (let bit = 0; bit < 256; bit++) {
      const digest = Buffer.from(good.slice(7), 'hex');
      digest[bit >> 3] = (digest[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(verifyDelivery(['secret'], body, `sha256=${digest.toString('hex')}`)).toBe(false);
    }
    expect(verifyDelivery(['secret'], body, good)).toBe(true);
  });
});
