/** Our app at GitHub, made over a real page on loopback; and what the rules there leave open, asked of GitHub's own description of its API. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Double, openDouble } from '../adapters/github/test-double.ts';
import { readSiteFile } from '../server/auth/site-file.ts';
import { makeApp } from './github-app.ts';
import { checkGithub } from './github-check.ts';
import { openCodeDoor } from './github-door.ts';

let folder: string;
let double: Double;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'github-'));
  double = await openDouble();
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await double.close();
  expect(double.wrong).toEqual([]);
});

const unescaped = (html: string): string => html.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
const field = (html: string, pattern: RegExp): string => unescaped(pattern.exec(html)?.[1] ?? '');

/** The person in the browser, and GitHub behind it. @param back what GitHub answers the form with. */
async function asked(page: string, back: (state: string, redirect: string) => Promise<unknown>) {
  const html = await (await fetch(page)).text();
  const action = new URL(field(html, /action="([^"]+)"/));
  const manifest = JSON.parse(field(html, /name="manifest" value="([^"]+)"/));
  await back(action.searchParams.get('state') ?? '', manifest.redirect_url);
  return { action, manifest };
}

describe('countersign github app', () => {
  const make = async (back: (state: string, redirect: string) => Promise<unknown>, more = {}, ms = 20_000) => {
    let shown: Promise<{ action: URL; manifest: Record<string, unknown> }> | undefined;
    const told = (text: string): void => {
      const [page = ''] = /http:\S+/.exec(text) ?? [];
      shown = asked(page.replace(/;$/, ''), back);
    };
    const answer = await makeApp({ url: 'https://countersign.example/', org: 'acme', api: double.api, web: 'https://github.example', out: folder, ...more }, told, ms);
    return { answer, shown: await shown };
  };
  const goes = (state: string, redirect: string) => fetch(`${redirect}?code=abc123&state=${state}`);

  it('asks for what it needs and no more, and keeps key and secret for their owner alone', async () => {
    const { answer, shown } = await make(goes);
    expect([answer.code, answer.stderr]).toEqual([0, '']);
    expect(shown?.action.href).toMatch(/^https:\/\/github\.example\/organizations\/acme\/settings\/apps\/new\?state=[0-9a-f]{64}$/);
    expect(shown?.manifest).toMatchObject({
      ...{ name: 'Countersign countersign.example', url: 'https://countersign.example', public: false },
      hook_attributes: { url: 'https://countersign.example/forges/github', active: true },
    });
    const writes = Object.entries(shown?.manifest.default_permissions as Record<string, string>).filter(([, level]) => level !== 'read');
    expect(writes).toEqual([
      ['checks', 'write'],
      ['deployments', 'write'],
    ]);
    expect(readdirSync(folder).sort()).toEqual(['github-app-1.pem', 'github-app-1.webhook-secret']);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'github-app-1.pem'), 'utf8')).toContain('BEGIN RSA PRIVATE KEY');
    expect(answer.stdout).toContain('https://github.com/apps/octoapp/installations/new');
    expect(answer.stdout).toContain(`    app_id: 1\n    key_file: ${JSON.stringify(join(folder, 'github-app-1.pem'))}`);
    expect(answer.stdout).not.toContain('BEGIN');
  });

  it('writes over nothing', async () => {
    writeFileSync(join(folder, 'github-app-1.pem'), 'mine');
    const { answer } = await make(goes, { json: true });
    expect(JSON.parse(answer.stdout)).toMatchObject({ exit: 0, id: 1, key: join(folder, 'github-app-1-2.pem'), secret: join(folder, 'github-app-1.webhook-secret') });
    expect(readFileSync(join(folder, 'github-app-1.pem'), 'utf8')).toBe('mine');
  });

  it('takes a code from nobody else, and gives up', async () => {
    const tries: number[] = [];
    const { answer } = await make(
      async (state, redirect) => {
        for (const query of ['code=evil', 'code=evil&state=', `code=evil&state=${'0'.repeat(64)}`, `state=${state}`, `code=${'x'.repeat(300)}&state=${state}`])
          tries.push((await fetch(`${redirect}?${query}`)).status);
        tries.push((await fetch(new URL('/', redirect))).status);
      },
      { json: true },
      1_000,
    );
    expect(tries).toEqual([403, 403, 403, 403, 403, 404]);
    expect(JSON.parse(answer.stdout)).toMatchObject({ exit: 2, problems: [{ code: 'FORGE_REFUSED' }] });
    expect([readdirSync(folder), double.seen]).toEqual([[], []]);
  });

  it('says what is left behind where GitHub gives no key', async () => {
    double.on('POST /app-manifests/{code}/conversions', () => ({ status: 404, body: { message: 'Not Found' } }));
    const { answer } = await make(goes);
    expect([answer.code, answer.stderr]).toEqual([2, expect.stringContaining('delete it at GitHub')]);
    expect(answer.stderr).not.toContain('abc123');
  });

  it.each([
    [{ url: 'http://countersign.example' }, 'https'],
    [{ url: 'x' }, 'no address'],
    [{ api: 'http://ghe.example' }, '--api'],
    [{ web: 'ftp://ghe.example' }, '--web'],
    [{ out: '/dev/null/x' }, '--out'],
  ])('refuses %j before anybody is asked', async (more, words) => {
    const { answer, shown } = await make(goes, more);
    expect([answer.code, shown, answer.stderr]).toEqual([2, undefined, expect.stringContaining(words)]);
  });
});

describe('the page on loopback', () => {
  it('counts once, for one host, by one method', async () => {
    const door = await openCodeDoor({ action: (state) => `https://github.example/new?state=${state}`, manifest: (back) => ({ redirect_url: back, name: '"><script>' }) });
    const response = await fetch(door.page);
    const html = await response.text();
    expect([response.headers.get('content-security-policy'), html]).toEqual([expect.stringContaining("default-src 'none'"), expect.not.stringContaining('<script>')]);
    const { port } = new URL(door.page);
    const { request } = await import('node:http');
    const status = await new Promise((resolve) =>
      request({ port, host: '127.0.0.1', path: new URL(door.page).pathname, headers: { host: `evil.example:${port}` } }, (r) => resolve(r.resume().statusCode)).end(),
    );
    expect([status, (await fetch(door.page, { method: 'POST' })).status]).toEqual([404, 404]);
    const state = /state=([0-9a-f]{64})/.exec(html)?.[1];
    const back = `${door.page}/back?code=one&state=${state}`;
    expect([(await fetch(back)).status, await door.code, (await fetch(back.replace('one', 'two'))).status, await door.code, (await fetch(door.page)).status]).toEqual([
      200,
      'one',
      410,
      'one',
      410,
    ]);
    await door.close();
  });
});

it('the guide shows a site file that is read', () => {
  const guide = readFileSync(new URL('../../docs/guides/github.md', import.meta.url), 'utf8');
  const site = readSiteFile(Buffer.from(/```yaml\n([^`]+)```/.exec(guide)?.[1] ?? ''), 'site.yml');
  expect(site).toMatchObject({
    ok: true,
    value: { forges: { github: { app_id: 4711, api: 'https://api.github.com' } }, repositories: [{ github: 'acme/infra', merges: 'squash' }] },
  });
});

describe('countersign github check', () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const RULES = 'GET /repos/{owner}/{repo}/rules/branches/{branch}';
  const RULESET = 'GET /repos/{owner}/{repo}/rulesets/{ruleset_id}';
  const rule = (integration_id?: number) => ({
    ...{ type: 'required_status_checks', ruleset_id: 42, ruleset_source_type: 'Repository', ruleset_source: 'octocat/Hello-World' },
    parameters: {
      strict_required_status_checks_policy: false,
      required_status_checks: [{ context: 'countersign/main', ...(integration_id === undefined ? {} : { integration_id }) }],
    },
  });
  beforeEach(() => {
    writeFileSync(join(folder, 'app.pem'), privateKey, { mode: 0o600 });
    writeFileSync(join(folder, 'hook.secret'), 'hush', { mode: 0o600 });
    const github = `{ api: '${double.api}', web: 'https://github.example', app_id: 4711, key_file: app.pem, webhook_secret_file: hook.secret }`;
    const repositories = "[{ id: hello, github: octocat/Hello-World, protected: [refs/heads/main, 'refs/heads/release/*'] }, { id: here, path: x }]";
    writeFileSync(join(folder, 'site.yml'), `version: 1\nforges: { github: ${github} }\nrepositories: ${repositories}\n`);
    double.on('POST /app/installations/{installation_id}/access_tokens', () => ({
      status: 201,
      body: { token: 'ghs_1', expires_at: new Date(Date.now() + 3_600_000).toISOString() },
    }));
    double.on('GET /repos/{owner}/{repo}/environments', () => ({ status: 200, body: { total_count: 0, environments: [] } }));
    double.on(RULESET, () => ({ status: 200, body: { ...(double.exampleOf(RULESET).body as object), bypass_actors: [] } }));
    double.on(RULES, () => ({ status: 200, body: [rule(4711)] }));
    double.on('GET /repos/{owner}/{repo}/branches', () => ({ status: 200, body: [] }));
  });
  const check = async () => {
    const answer = await checkGithub({ data: folder, json: true });
    return { code: answer.code, ...JSON.parse(answer.stdout) };
  };

  it('says that nothing is open, and that nothing is called as a pattern says', async () => {
    expect(await checkGithub({ data: folder })).toEqual({
      code: 0,
      stdout: 'hello  refs/heads/main: closed\nhello  refs/heads/release/*: no branch there is called so; one that comes needs a check of its own name\n',
      stderr: '',
    });
  });

  const BRANCHES = 'GET /repos/{owner}/{repo}/branches';
  const listed = (...names: readonly string[]): void => {
    const [known] = double.exampleOf(BRANCHES).body as readonly object[];
    double.on(BRANCHES, ({ query }) => {
      const page = names.slice((Number(query.page) - 1) * 100, Number(query.page) * 100);
      const more: Record<string, string> = Number(query.page) * 100 < names.length ? { link: `<${double.api}/x?page=2>; rel="next"` } : {};
      return { status: 200, headers: more, body: page.map((name) => ({ ...known, name })) };
    });
  };
  const asking = (context: string) => ({ ...rule(4711), parameters: { ...rule(4711).parameters, required_status_checks: [{ context, integration_id: 4711 }] } });

  it('asks for each branch a pattern protects, and for no other', async () => {
    listed('main', 'dev', 'release/1', 'release/2', 'release/2/fix', 'gh-readonly-queue/main/pr-1-x');
    double.on(RULES, ({ params }) => ({ status: 200, body: params.branch === 'release/2' ? [] : [asking(`countersign/${params.branch}`)] }));
    double.on('GET /repos/{owner}/{repo}/branches/{branch}/protection', () => ({ status: 404, body: { message: 'Branch not protected' } }));
    const { code, looked } = await check();
    expect([code, looked.map((l: { what: string; open: readonly object[] }) => [l.what, l.open.length])]).toEqual([
      1,
      [
        ['refs/heads/main', 0],
        ['refs/heads/release/1', 0],
        ['refs/heads/release/2', 1],
      ],
    ]);
    expect(double.seen.filter((s) => s.operation === RULES).map((s) => s.params.branch)).toEqual(['main', 'release/1', 'release/2']);
  });

  it('is a no where which branches there are cannot be told, and asks what it can', async () => {
    double.on(BRANCHES, () => ({ status: 500, body: {}, fault: true }));
    expect(await check()).toMatchObject({
      code: 2,
      looked: [{ what: 'refs/heads/main', open: [] }],
      problems: [{ place: 'hello: refs/heads/release/*', message: expect.stringMatching(/^which branches it protects cannot be told: GitHub answers 500/) }],
    });
  });

  it('asks of no more branches than a few, and says of how many it did not', async () => {
    listed(...Array.from({ length: 120 }, (_, i) => `release/${i}`));
    double.on(RULES, ({ params }) => ({ status: 200, body: [asking(`countersign/${params.branch}`)] }));
    const { code, looked, problems } = await check();
    expect([code, looked.length, problems]).toMatchObject([2, 101, [{ place: 'hello: refs/heads/release/*', message: expect.stringContaining('20 more branches') }]]);
  });

  it('says plainly what it may not ask', async () => {
    double.on('POST /app/installations/{installation_id}/access_tokens', ({ body }) =>
      'administration' in (body as { permissions: object }).permissions
        ? { status: 422, body: { message: 'The permissions requested are not granted to this installation.', documentation_url: 'https://docs.github.com' } }
        : { status: 201, body: { token: 'ghs_1', expires_at: new Date(Date.now() + 3_600_000).toISOString() } },
    );
    listed('release/1');
    const { code, looked, problems } = await check();
    expect([code, looked]).toEqual([2, []]);
    expect(problems).toMatchObject([
      { place: 'hello: refs/heads/main', message: expect.stringMatching(/^who gets round the check cannot be told: GitHub answers 422: The permissions/) },
      { place: 'hello: environments', message: expect.stringMatching(/^whether administrators deploy without us cannot be told: GitHub answers 422/) },
    ]);
    for (const { remedy } of problems) expect(remedy).toContain('administration: read');
  });

  it('says where anybody may say the check, who gets round it, and where nothing asks for it', async () => {
    double.on(RULES, () => ({ status: 200, body: [rule()] }));
    double.on(RULESET, () => ({ status: 200, body: { ...(double.exampleOf(RULESET).body as object), bypass_actors: [{ actor_type: 'RepositoryRole', actor_id: 5 }] } }));
    expect(await check()).toMatchObject({
      code: 1,
      looked: [{ open: [{ message: expect.stringContaining('whoever may set a status') }, { message: 'gets round it: RepositoryRole 5' }] }, {}],
    });
    double.on(RULES, () => ({ status: 200, body: [] }));
    double.on('GET /repos/{owner}/{repo}/branches/{branch}/protection', () => ({ status: 404, body: { message: 'Branch not protected' } }));
    expect(await check()).toMatchObject({ code: 1, looked: [{ open: [{ message: 'nothing asks for the check countersign/main' }] }, {}] });
  });

  it('says where administrators deploy without us', async () => {
    const environment = double.exampleOf('GET /repos/{owner}/{repo}/environments/{environment_name}').body;
    double.on('GET /repos/{owner}/{repo}/environments', () => ({ status: 200, body: { total_count: 1, environments: [environment] } }));
    const rules = (id: number) => [{ id: 3, node_id: 'x', enabled: true, app: { id, slug: 's', node_id: 'y', integration_url: 'https://api.github.com/apps/s' } }];
    for (const [id, expected] of [
      [4711, { code: 1, looked: [{}, {}, { what: 'environment staging', open: [{ message: 'administrators deploy there without us' }] }] }],
      [1, { code: 0, looked: [{}, {}, { note: 'does not ask us' }] }],
    ] as const) {
      double.on('GET /repos/{owner}/{repo}/environments/{environment_name}/deployment_protection_rules', () => ({
        status: 200,
        body: { total_count: 1, custom_deployment_protection_rules: rules(id) },
      }));
      expect(await check()).toMatchObject(expected);
    }
  });

  it('says what could not be asked, and is a no', async () => {
    double.on('GET /repos/{owner}/{repo}/installation', () => ({ status: 404, body: { message: 'Not Found' }, fault: true }));
    expect(await check()).toMatchObject({ code: 2, looked: [], problems: [{ code: 'FORGE_REFUSED', place: expect.stringMatching(/^hello: /) }] });
    expect((await checkGithub({ data: folder, site: join(folder, 'none.yml') })).code).toBe(2);
    writeFileSync(join(folder, 'site.yml'), 'version: 1\nrepositories: [{ id: here, path: x }]\n');
    expect(await check()).toMatchObject({ code: 2, problems: [{ message: 'no repository of the site lies at GitHub' }] });
  });
});
