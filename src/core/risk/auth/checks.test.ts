import { describe, expect, it } from 'vitest';
import { said, textEvidence } from '../../../testing/evidence.ts';
import { detect } from '../detect.ts';
import type { Risk } from '../risk.ts';
import { AUTH_DETECTORS } from './detectors.ts';
import { entropy, isSample } from './secrets.ts';

const look = (path: string, before: string | null, after: string): Risk => detect(AUTH_DETECTORS, { plan: null, files: textEvidence({ [path]: [before, after] }) });
const fired = (path: string, before: string | null, after: string): readonly string[] => said(look(path, before, after));
const added = (path: string, line: string): readonly string[] => fired(path, 'x\n', `x\n${line}\n`);

const JS = 'function canEdit(user, doc) {\n  if (!user) {\n    return false;\n  }\n  return user.admin && user.id === doc.owner;\n}\n';
const PY = 'def has_permission(user, doc):\n    if not user.active:\n        return False\n    return user.admin and user.id == doc.owner\n';
describe('a check that is turned', () => {
  it.each<[string, string, string, string]>([
    ['one is enough', 'a.ts', JS, JS.replace('&&', '||')],
    ['its opposite', 'a.ts', JS, JS.replace('if (!user)', 'if (user)')],
    ['its opposite by ===', 'a.ts', JS, JS.replace('===', '!==')],
    ['says yes for no', 'a.ts', JS, JS.replace('return false', 'return true')],
    ['an early yes', 'a.ts', JS, JS.replace('  if (!user)', '  return true;\n  if (!user)')],
    ['decided in advance', 'a.ts', JS, JS.replace('if (!user)', 'if (false)')],
    ['in Python', 'a.py', PY, PY.replace(' and ', ' or ')],
    ['in Python, its opposite', 'a.py', PY, PY.replace('if not user.active', 'if user.active')],
    ['in Go', 'a.go', 'func IsAllowed(u User) bool {\n\treturn u.Admin && u.Active\n}\n', 'func IsAllowed(u User) bool {\n\treturn u.Admin || u.Active\n}\n'],
    ['in Ruby', 'a.rb', 'class P\n  def can_edit?\n    user.admin? && record.mine?\n  end\nend\n', 'class P\n  def can_edit?\n    user.admin? || record.mine?\n  end\nend\n'],
  ])('%s', (_, path, before, after) => expect(fired(path, before, after)).toEqual(['AUTH102:critical']));
  it.each<[string, string, string, string]>([
    ['another function', 'a.ts', JS.replace('canEdit', 'total'), JS.replace('canEdit', 'total').replace('&&', '||')],
    ['a condition more', 'a.ts', JS, JS.replace('user.admin &&', 'user.admin && user.active &&')],
    ['a name', 'a.ts', JS, JS.replaceAll('doc', 'paper')],
    ['a yes behind a condition', 'a.ts', JS, JS.replace('  return user', '  if (user.root) {\n    return true;\n  }\n  return user')],
    ['a test', 'a.test.ts', JS, JS.replace('&&', '||')],
  ])('%s is silent', (_, path, before, after) => expect(fired(path, before, after)).toEqual([]));
});

const QUERY = 'async function orders(ctx) {\n  return Order.findAll({ where: { tenantId: ctx.t, state: 1 } });\n}\n';
const RUBY = 'def index\n  @orders = Order.where(account_id: id).order(:at)\nend\n';
describe('whose rows', () => {
  it.each<[string, string, string, string]>([
    ['of JavaScript', 'a.ts', QUERY, QUERY.replace('tenantId: ctx.t, ', '')],
    ['of Ruby', 'a.rb', RUBY, RUBY.replace('.where(account_id: id)', '.all')],
    [
      'of SQL in Go',
      'a.go',
      'func list(t string) {\n\tdb.Query("SELECT * FROM o WHERE tenant_id = $1 AND s = 2", t)\n}\n',
      'func list(t string) {\n\tdb.Query("SELECT * FROM o WHERE s = 2", t)\n}\n',
    ],
    ['of Django', 'a.py', 'def orders(r):\n    return Order.objects.filter(owner=r.u, s=1)\n', 'def orders(r):\n    return Order.objects.filter(s=1)\n'],
  ])('%s', (_, path, before, after) => expect(fired(path, before, after)).toEqual(['AUTH107:critical']));
  it.each<[string, string, string, string]>([
    ['asked through the user', 'a.rb', RUBY, 'def index\n  @orders = current_user.orders.order(:at)\nend\n'],
    ['asked otherwise', 'a.ts', QUERY, QUERY.replace('tenantId: ctx.t', 'organizationId: ctx.o')],
    ['asked no more at all', 'a.ts', QUERY, 'async function orders(ctx) {\n  return [];\n}\n'],
    ['of another kind', 'a.rb', RUBY, 'def index\n  @x = Page.all\nend\n'],
  ])('%s is silent', (_, path, before, after) => expect(fired(path, before, after)).toEqual([]));
});

describe('protection switched off', () => {
  it.each<[string, string, string]>([
    ['a.py', 'requests.get(u, verify=False)', 'AUTH103:critical'],
    ['a.ts', 'new https.Agent({ rejectUnauthorized: false })', 'AUTH103:critical'],
    ['a.go', 'cfg := &tls.Config{InsecureSkipVerify: true}', 'AUTH103:critical'],
    ['a.rb', 'http.verify_mode = OpenSSL::SSL::VERIFY_NONE', 'AUTH103:critical'],
    ['a.php', 'curl_setopt($c, CURLOPT_SSL_VERIFYPEER, false);', 'AUTH103:critical'],
    ['a.ts', "jwt.verify(t, k, { algorithms: ['none'] })", 'AUTH103:critical'],
    ['a.py', 'jwt.decode(t, options={"verify_signature": False})', 'AUTH103:critical'],
    ['a.py', 'password = hashlib.md5(p).hexdigest()', 'AUTH103:critical'],
    ['settings.py', 'SESSION_COOKIE_SECURE = False', 'AUTH104:high'],
    ['a.ts', 'res.cookie("s", v, { httpOnly: false })', 'AUTH104:high'],
    ['a.ts', "cookie: { sameSite: 'none' }", 'AUTH104:high'],
    ['a.ts', "res.setHeader('Access-Control-Allow-Origin', '*')", 'AUTH105:high'],
    ['settings.py', 'CORS_ALLOW_ALL_ORIGINS = True', 'AUTH105:high'],
    ['nginx.conf', `add_header Content-Security-Policy "script-src 'unsafe-eval'";`, 'AUTH105:high'],
    ['A.java', 'http.csrf().disable();', 'AUTH105:high'],
    ['examples/a.py', 'requests.get(u, verify=False)', 'AUTH103:elevated'],
  ])('%s: %s', (path, line, expected) => expect(added(path, line)).toEqual([expected]));

  it.each<[string, string, string]>([
    ['a.ts', 'if (crypto.timingSafeEqual(a, b)) ok();\n', 'AUTH103:critical'],
    ['a.py', 'verify_signature(body)\n', 'AUTH103:critical'],
    ['a.ts', 'req.session.regenerate(next);\n', 'AUTH104:high'],
    ['settings.py', '    "django.middleware.csrf.CsrfViewMiddleware",\n', 'AUTH105:high'],
    ['a.ts', 'app.use(helmet());\n', 'AUTH105:high'],
    ['a.ts', 'audit.log("deleted", user);\n', 'AUTH109:high'],
    ['a.rb', 'Rack::Attack.throttle("x")\n', 'AUTH109:high'],
  ])('%s: %s goes', (path, line, expected) => expect(fired(path, `a;\n${line}`, 'a;\n')).toEqual([expected]));

  it.each<[string, string, string]>([
    ['a.py', 'x(verify=False)\n', 'y()\nx(verify=False)\n'],
    ['a.py', 'x(a, verify=False)\n', 'x(b, verify=False)\n'],
    ['a.py', '# verify=False\n', '# verify=False is bad\n'],
    ['a.py', 'x(verify=False)\n', 'x(verify=True)\n'],
    ['test/a.py', 'x\n', 'x(verify=False)\n'],
    ['a.ts', 'audit.log("a");\n', 'securityLog("a");\n'],
    ['a.ts', 'app.use(helmet());\n', 'app.use(helmet({ a: 1 }));\n'],
    ['docs/a.md', 'x\n', 'verify=False\n'],
  ])('%s: %j to %j is silent', (path, before, after) => expect(fired(path, before, after)).toEqual([]));
});

describe('text that becomes more', () => {
  it.each<[string, string]>([
    ['a.ts', 'db.query(`SELECT * FROM t WHERE id = $' + '{id}`)'],
    ['a.py', 'cur.execute(f"DELETE FROM t WHERE id = {ident}")'],
    ['a.rb', 'User.where("name = #{name}")'],
    ['a.go', 'q := fmt.Sprintf("SELECT * FROM t WHERE id = %s", id)'],
    ['a.py', 'os.system(f"rm {path}")'],
    ['a.ts', 'exec(`ls $' + '{dir}`)'],
    ['a.ts', 'eval(body)'],
    ['a.py', 'pickle.loads(data)'],
    ['a.py', 'yaml.load(data)'],
    ['a.py', 'allowed_hosts = ["*"]'],
  ])('%s: %s', (path, line) => expect(added(path, line)).toEqual(['AUTH108:high']));
  it.each<[string, string]>([
    ['a.ts', 'db.query("SELECT * FROM t WHERE id = $1", [id])'],
    ['a.py', 'cur.execute("DELETE FROM t WHERE id = %s", (ident,))'],
    ['a.rb', 'User.where(name: name)'],
    ['a.py', 'subprocess.run(["rm", path])'],
    ['a.py', 'yaml.load(data, Loader=yaml.SafeLoader)'],
    ['a.ts', 'page.eval(body)'],
    ['a.py', 'model.eval()'],
  ])('%s: %s is silent', (path, line) => expect(added(path, line)).toEqual([]));
  it('of a script of the house is less', () => expect(added('scripts/a.py', 'os.system(f"rm {path}")')).toEqual(['AUTH108:elevated']));
});

// Built here, so that no scanner takes this file for one that holds secrets.
const RANDOM = 'q7Zt4Kx9Lm2Vb8Nc3Wd6Rf1Yh5Jg0PsTuAeBi';
const SECRETS: readonly (readonly [string, string])[] = [
  ['AWS', `AKIA${'Q7ZT4KX2LM6VB3NC'}`],
  ['GitHub', `ghp_${RANDOM.slice(0, 36)}`],
  ['GitLab', `glpat-${RANDOM.slice(0, 20)}`],
  ['Stripe', `sk_live_${RANDOM.slice(0, 24)}`],
  ['Google', `AIza${RANDOM.slice(0, 35)}`],
  ['npm', `npm_${RANDOM.slice(0, 36)}`],
  ['SendGrid', `SG.${RANDOM.slice(0, 22)}.${(RANDOM + RANDOM).slice(3, 46)}`],
  ['Slack', `xoxb-739184620571-${RANDOM.slice(0, 24)}`],
];
describe('secrets', () => {
  it.each(SECRETS)('of %s', (_, secret) => {
    const risk = look('src/a.ts', 'x\n', `x\nconst k = '${secret}';\n`);
    expect(risk.findings.map((f) => `${f.rule}:${f.severity}`)).toEqual(['AUTH106:critical']);
    expect(JSON.stringify(risk)).not.toContain(secret.slice(0, 12));
    expect(risk.findings[0]?.because[0]?.[1]).toContain(secret.slice(0, 4));
    expect(fired('test/a.ts', 'x\n', `x\nconst k = '${secret}';\n`)).toEqual(['AUTH106:elevated']);
    expect(fired('src/a.ts', `const k = '${secret}';\n`, `const key = '${secret}';\n`)).toEqual([]);
  });
  it('of a private key, which has a body', () => {
    const body = `${RANDOM}+/${RANDOM}\n${RANDOM}\n`;
    const key = `-----BEGIN ${'RSA '}PRIVATE KEY-----\n${body}-----END RSA PRIVATE KEY-----\n`;
    expect(fired('deploy/id_rsa', null, key)).toEqual(['AUTH106:critical']);
    expect(fired('src/a.ts', null, `if (text.includes('-----BEGIN ${''}PRIVATE KEY-----')) x();\n`)).toEqual([]);
  });
  it('that are random enough', () => expect(added('src/a.py', `api_key = "${RANDOM}"`)).toEqual(['AUTH106:elevated']));
  it.each([
    `aws = "AKIA${'IOSFODNN7EXAMPLE'}"`,
    `t = "ghp_${'x'.repeat(36)}"`,
    'password = "correct-horse-battery-staple"',
    'secret = "your-secret-key-goes-here-12345"',
    'token: process.env.TOKEN',
  ])('%s is none', (line) => expect(added('src/a.py', line)).toEqual([]));
  it('are told from samples', () => {
    expect([isSample(RANDOM), isSample('a'.repeat(40)), isSample('abababababababababab')]).toEqual([false, true, true]);
    expect(entropy('aaaa')).toBe(0);
    expect(entropy('abcd')).toBe(2);
  });
});
