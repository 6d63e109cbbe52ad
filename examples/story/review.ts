/** A senior engineer at the page: enrols a passkey, reads, answers, signs. Every click is a real one. */
import type { Browser } from 'playwright-core';
import { type Visitor, visit } from './browser.ts';
import { expect } from './teller.ts';

export async function arrive(browser: Browser, url: string, person: string): Promise<Visitor> {
  const visitor = await visit(browser, url);
  const { page } = visitor;
  await page.goto('/people');
  await page.getByTestId('act-as').click();
  await page.getByTestId(`act-as-${person}`).click();
  await page.getByTestId('enrol-passkey').click();
  await page.getByTestId('enrolled').waitFor();
  return visitor;
}

export interface Reviewed {
  /** The one sentence at the top of the page. */
  readonly summary: string;
  readonly words: readonly string[];
  readonly receipt: string;
}

/** @param look called when the page is filled in, before anything is signed: for a screenshot. */
export async function review({ page }: Visitor, id: string, look: () => Promise<void> = async () => {}): Promise<Reviewed> {
  await page.goto('/');
  await page.locator(`[data-testid=queue-item][data-change="${id}"]`).click();
  const summary = (await page.getByTestId('summary').innerText()).trim();
  const sign = page.getByTestId('sign-button');
  expect(await sign.isDisabled(), 'signing is closed before anything is answered');

  for (const finding of await page.getByTestId('finding-disposition').all()) {
    await finding.locator('input[type=radio][value=accepted]').check({ force: true });
    await finding.getByTestId('finding-note').fill('Announced; the old instance stays until Finance has read the replica.');
  }
  await page.locator('[data-testid=decision] input[value=approve]').check({ force: true });
  for (const field of await page.locator('textarea[data-testid^=question-]').all())
    await field.fill('Restore last night’s snapshot under the old name: five hours, rehearsed in April.');
  expect(await sign.isDisabled(), 'signing is closed until "what I did not check" is answered');
  await page.getByTestId('not-checked').fill('Whether the warehouse retries while the database is away.');
  expect(await sign.isEnabled(), 'signing opens when everything is answered');
  await look();

  await sign.click();
  const words = (await page.getByTestId('fingerprint').first().innerText()).split(/\s+/).filter((w) => /^[a-z]+$/.test(w));
  await page.getByTestId('confirm-sign').click();
  const receipt = await page.getByTestId('receipt').innerText();
  return { summary, words, receipt };
}
