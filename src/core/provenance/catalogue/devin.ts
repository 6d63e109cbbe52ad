/** Devin. A given name as well, so a name counts only with the vendor's own address. */
import { account, branch, mailbox, mark, type Tool } from './tool.ts';

const HEX = '0f8e4b7a1c2d4e3f8a9b0c1d2e3f4a5b';

export const DEVIN: Tool = {
  id: 'devin',
  name: 'Devin',
  aliases: ['devin-ai', 'devin ai', 'devin-ai-integration'],
  products: ['devin ai', 'devin'],
  accounts: [account([158243242, 165725058], ['devin-ai-integration[bot]', 'devin-cognition', 'cognition-devin[bot]'])],
  identities: [
    mailbox(
      'devin/mailbox',
      /<(?:noreply|devin)@cognition\.ai>$|^devin(?: ai)? <[^<>]*(?:cognition\.ai|devin\.ai)>$/i,
      ['Devin AI <bot@devin.ai>', 'x <noreply@cognition.ai>', 'Devin <devin@cognition.ai>'],
      ['Devin Marsh <9+devinm@users.noreply.github.com>', 'Ada <ada@cognition.ai>'],
    ),
  ],
  links: [
    mark('devin/session-link', /https:\/\/app\.devin\.ai\/sessions\/[0-9a-f]{32}/i, [`https://app.devin.ai/sessions/${HEX}`], ['https://app.devin.ai/review/acme/infra/pull/3']),
  ],
  bodies: [mark('devin/body-link', /app\.devin\.ai\/sessions\/[0-9a-f]{32}/i, [`Link to Devin run: app.devin.ai/sessions/${HEX}`], ['app.devin.ai/review/acme/infra'])],
  branches: [branch('devin', 'devin')],
};

/** Where one of these exists, Devin runs here; `devin_id` inside holds its id. */
export const DEVIN_FOLDER = '/opt/.devin';
