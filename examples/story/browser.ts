/** A real Chromium with a virtual authenticator: the machine's own where there is one, else the one npm brought. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/usr/bin/chromium-headless-shell'];

const QUIET = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-gpu'];

/** COUNTERSIGN_BROWSER names an executable, or `npm` for the one inside the npm package. */
export async function openBrowser(): Promise<Browser> {
  const asked = process.env.COUNTERSIGN_BROWSER;
  const installed = asked === 'npm' ? undefined : (asked ?? INSTALLED.find((path) => existsSync(path)));
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  if (installed !== undefined) return chromium.launch({ executablePath: installed, args: [...QUIET, ...root] });
  const { default: packaged } = await import('@sparticuz/chromium');
  packaged.setGraphicsMode = false;
  return chromium.launch({ executablePath: await packaged.executablePath(), args: [...packaged.args, ...QUIET, ...root] });
}

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** A person with a browser of their own and a security key in it that knows their finger. */
export async function visit(browser: Browser, url: string, look: { dark?: boolean; width?: number; height?: number } = {}): Promise<Visitor> {
  const context = await browser.newContext({ baseURL: url, viewport: { width: look.width ?? 1440, height: look.height ?? 1000 }, colorScheme: look.dark ? 'dark' : 'light' });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  return { page, context, close: () => context.close() };
}
