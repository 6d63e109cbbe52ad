/** A senior engineer at the page: enrols a passkey, reads, answers, signs. Every click is a real one. */
import type { Browser, Page } from 'playwright-core';
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

const ANSWERS = {
  topology: 'The orders API and the warehouse export hold the old address; DNS points at it from outside this repository.',
  invariants: 'Finance reads the replica until 06:00 UTC on the first of the month. David keeps that rule.',
  reversal: 'Restore last night’s snapshot under the old name: five hours, rehearsed in April. Orders since midnight are lost.',
};

/** Requirement, provenance, findings and the difference itself are on the page, not only in the answer of the server. */
async function everythingIsThere(page: Page): Promise<void> {
  for (const words of ['Tomasz Zielinski', 'claude-opus-4', 'TF102', 'A restore of the nightly snapshot takes five hours']) {
    await page.getByText(words).first().waitFor({ state: 'attached' });
  }
  const file = page.getByTestId('file').first();
  await file.scrollIntoViewIfNeeded();
  await file.getByText('larkspur-orders-prod').first().waitFor();
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
  const row = page.locator(`[data-testid=queue-item][data-change="${id}"]`);
  const queued = await row.innerText();
  expect(/destroyed/.test(queued) && /critical/i.test(queued) && /Jonas Keller/.test(queued), 'the queue says what it is, how bad, and whose', queued);
  await row.click();
  const summary = (await page.getByTestId('summary').innerText()).trim();
  const sign = page.getByTestId('sign-button');
  expect(await sign.isDisabled(), 'signing is closed before anything is answered');

  await everythingIsThere(page);

  for (const finding of await page.getByTestId('finding-disposition').all()) {
    await finding.locator('input[type=radio][value=accepted]').check({ force: true });
    await finding.getByTestId('finding-note').fill('Announced; the old instance stays until Finance has read the replica.');
  }
  await page.locator('[data-testid=decision] input[value=approve]').check({ force: true });
  for (const [question, answer] of Object.entries(ANSWERS)) await page.getByTestId(`question-${question}`).fill(answer);
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
