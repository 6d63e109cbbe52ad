/** `npm run demo`: the story, told aloud. */
import { openBrowser } from './browser.ts';
import { openStage } from './stage.ts';
import { tellStory } from './story.ts';
import { aloud } from './teller.ts';

const stage = await openStage();
const browser = await openBrowser();
try {
  const met = await tellStory(stage, browser, aloud);
  aloud.chapter(`Refused on the way: ${[...new Set(met)].join(', ')}`);
  aloud.chapter('That server is gone again. Play it yourself: npm start');
} finally {
  await browser.close();
  await stage.end();
}
