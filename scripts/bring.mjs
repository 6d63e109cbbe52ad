/**
 * Brings what tests and demo need beside Node, npm and git: `ssh-keygen`, as the second opinion on every signature; perl and
 * curl, because the hook has to fail closed with either; the shared libraries a headless Chromium loads. Where they are
 * missing, Debian's packages are the fallback.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const answers = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).error === undefined;
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/usr/bin/chromium-headless-shell'];
const LIBRARIES = ['libnss3', 'libnspr4', 'libexpat1', 'fonts-liberation'];

/** A library by the name the loader knows, wherever this Debian keeps it. */
const hasLibrary = (name) => spawnSync('sh', ['-c', `ldconfig -p | grep -q ${name} || ls /usr/lib/*/${name} >/dev/null 2>&1`]).status === 0;

const PROGRAMS = { 'ssh-keygen': 'openssh-client', curl: 'curl', perl: 'perl' };

const missing = [
  ...Object.keys(PROGRAMS)
    .filter((name) => !answers(name, ['--version']))
    .map((name) => PROGRAMS[name]),
  ...(BROWSERS.some((path) => existsSync(path)) || hasLibrary('libnss3.so') ? [] : LIBRARIES),
];

if (missing.length > 0) {
  console.error(`countersign: installing Debian packages the tests need: ${missing.join(', ')}`);
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  spawnSync('apt-get', ['update', '-qq'], quiet);
  const done = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], quiet);
  if (done.status !== 0) {
    console.error(`countersign: could not install ${missing.join(', ')}; install them yourself (as root: apt-get install ${missing.join(' ')}) and run this again`);
    process.exit(1);
  }
}
