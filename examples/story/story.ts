/**
 * The story: an AI-assisted change is stopped, a senior judges and signs it, it lands, and anyone can prove it. Along the
 * way everything that must be refused is tried, and each refusal is known by its own reason code. A test and `npm run demo`
 * tell the same story.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { STORY_MESSAGE, STORY_TF } from '../../src/testing/sample/infra.ts';
import { attempts, beforeSigning } from './attempts.ts';
import { prove } from './proof.ts';
import { arrive, review } from './review.ts';
import type { Stage } from './stage.ts';
import { expect, expectCode, type Teller } from './teller.ts';

export interface StoryOptions {
  /** Called with the filled-in page, before anything is signed. */
  readonly look?: (page: Page) => Promise<void>;
}

export const JONAS = ['-c', 'user.name=Jonas Keller', '-c', 'user.email=jonas@larkspur.example'] as const;
export const TRAILER = 'Assisted-by: claude-code:claude-opus-4';

/** Throws where the story does not hold. Answers the reason codes that were met, in order. */
export async function tellStory(stage: Stage, browser: Browser, teller: Teller, options: StoryOptions = {}): Promise<readonly string[]> {
  const met: string[] = [];
  const refused = (code: string, said: string): void => {
    expectCode(code, said);
    met.push(code);
  };

  teller.chapter('1. An agent tidies up. The change reads well and passes `terraform validate`.');
  const clone = stage.clone('infra', 'jonas');
  writeFileSync(join(clone, 'databases/orders/main.tf'), STORY_TF);
  stage.must(clone, ...JONAS, 'commit', '-qam', `${STORY_MESSAGE}\n${TRAILER}`);
  teller.show(stage.must(clone, 'log', '-1', '--stat', '--format=%an: %s%n%n%(trailers)'));

  teller.chapter('2. git push to main. The terminal says what would happen, why it was stopped, who can sign, and where.');
  const first = stage.git(clone, 'push', 'origin', 'main');
  expect(first.code !== 0, 'the push is refused', first.text);
  refused('SIGNOFF_MISSING', first.text);
  teller.show(first.text);
  const id = /changes\/([0-9a-f]{16})/.exec(first.text)?.[1] ?? '';
  expect(/Mara Lindqvist/.test(first.text) && id !== '', 'the terminal names who can sign and the link', first.text);

  await beforeSigning({ stage, clone, id, teller, refused });

  teller.chapter('3. Mara Lindqvist, L6 and outside the change, opens the page in a real browser and signs with a passkey.');
  const mara = await arrive(browser, stage.url, 'mara');
  const reviewed = await review(mara, id, () => options.look?.(mara.page) ?? Promise.resolve());
  await mara.close();
  expect(/destroyed/.test(reviewed.summary), 'the page says in one sentence what would be destroyed', reviewed.summary);
  teller.say(`The page says: ${reviewed.summary}`);
  teller.say(`She signs these eight words: ${reviewed.words.join(' ')}`);
  teller.say(`The receipt: ${/Log entry\s+\d+/.exec(reviewed.receipt)?.[0].replace(/\s+/g, ' ') ?? reviewed.receipt}. Every seat is filled.`);

  await attempts({ stage, clone, id, teller, refused });

  teller.chapter('5. The same push passes.');
  const second = stage.git(clone, 'push', 'origin', 'main');
  expect(second.code === 0, 'the signed push passes', second.text);
  teller.show(second.text);

  await prove({ stage, clone, id, teller, refused });
  return met;
}
