/** Agents of the terminal. Most of their names are words of the language: mailboxes and session marks count, bare words never. */
import { account, identity, mailbox, mark, type Tool } from './tool.ts';

const UUID = '0f8e4b7a-1c2d-4e3f-8a9b-0c1d2e3f4a5b';

export const TERMINALS: readonly Tool[] = [
  {
    id: 'amp',
    name: 'Amp',
    aliases: ['ampcode', 'sourcegraph amp'],
    words: ['amp'],
    identities: [
      mailbox(
        'amp/mailbox',
        /<(?:amp|noreply)@ampcode\.com>$|^amp <amp@/i,
        ['Amp <amp@ampcode.com>', 'x <noreply@ampcode.com>', 'amp <amp@x.example>'],
        ['Quinn <quinn@ampcode.com>', 'Amp Lifier <x@y.example>'],
      ),
    ],
    trailers: [
      mark('amp/thread', /^amp-thread-id\s*:\s*https:\/\/ampcode\.com\/threads\/T-[0-9a-f-]+/i, [`amp-thread-id: https://ampcode.com/threads/T-${UUID}`], ['amp-thread-id: none']),
    ],
    links: [mark('amp/thread-link', /https:\/\/ampcode\.com\/threads\/T-[0-9a-f-]+/i, [`https://ampcode.com/threads/T-${UUID}`], ['https://ampcode.com/manual'])],
  },
  {
    id: 'droid',
    name: 'Factory Droid',
    aliases: ['factory-droid', 'factory droid'],
    products: ['factory droid'],
    words: ['droid'],
    accounts: [account([138933559], ['factory-droid[bot]'])],
    identities: [mailbox('droid/mailbox', /<droid@factory\.ai>$/i, ['Droid <droid@factory.ai>'], ['upodroid <upodroid@x.example>', 'Eno <eno@factory.ai>'])],
  },
  {
    id: 'crush',
    name: 'Crush',
    words: ['crush'],
    accounts: [account([], ['charmcrush'])],
    identities: [mailbox('crush/mailbox', /<(?:crush|noreply)@(?:crush\.)?charm\.land>$/i, ['Crush <crush@charm.land>', 'x <noreply@crush.charm.land>'], ['Bo <bo@charm.land>'])],
    environment: [{ name: 'CRUSH', value: /^1$/ }],
  },
  {
    id: 'opencode',
    name: 'opencode',
    aliases: ['open-code', 'opencode-agent'],
    products: ['opencode'],
    accounts: [account([], ['opencode-agent[bot]'])],
    identities: [
      mailbox(
        'opencode/name',
        /<(?:noreply|opencode)@opencode\.ai>$|<opencode@sst\.dev>$|^(?:[\w-]{1,40}-)?opencode(?:-agent)?(?:\[bot\])?(?: <|$)/i,
        ['opencode <opencode@sst.dev>', 'x <noreply@opencode.ai>', 'acme-opencode-agent <x@y.example>'],
        ['Open Coders <oc@x.example>', 'Dax <dax@sst.dev>'],
      ),
    ],
    links: [mark('opencode/share-link', /https:\/\/opencode\.ai\/s\/\w+/i, ['https://opencode.ai/s/Ab12'], ['https://opencode.ai/docs/share'])],
    environment: [{ name: 'OPENCODE', value: /^1$/ }],
  },
  {
    id: 'mux',
    name: 'Mux',
    aliases: ['cmux', 'xum'],
    words: ['mux', 'cmux', 'xum'],
    accounts: [account([264182336], ['mux-bot[bot]', 'mux-auto-cleanup[bot]'])],
    identities: [
      mailbox(
        'mux/mailbox',
        /<(?:noreply|mux-bot|mux-agent)@coder\.com>$|<[\w-]*agent@mux\.coder\.com>$/i,
        ['mux <mux-bot@coder.com>', 'x <mux-agent@coder.com>', 'x <noreply@coder.com>', 'x <exec-agent@mux.coder.com>'],
        ['Ben <ben@coder.com>'],
      ),
    ],
    footers: [
      mark(
        'mux/attribution',
        /^<!-- mux-attribution:|^\W{0,8}_?generated with \[?[`]?(?:c?mux|xum)(?:\b|_)/i,
        ['<!-- mux-attribution: model=x -->', '_Generated with `mux`_', 'Generated with [cmux](https://x.example)', '_Generated with xum_'],
        ['generated with muxer settings'],
      ),
    ],
  },
  {
    id: 'warp',
    name: 'Warp',
    aliases: ['warp-agent', 'oz'],
    words: ['warp'],
    identities: [
      mailbox('warp/mailbox', /<(?:oz-agent|agent|noreply)@warp\.dev>$/i, ['Warp <agent@warp.dev>', 'x <oz-agent@warp.dev>', 'x <noreply@warp.dev>'], ['Zoe <zoe@warp.dev>']),
    ],
  },
  {
    id: 'goose',
    name: 'Goose',
    aliases: ['codename goose'],
    identities: [mailbox('goose/mailbox', /<goose@opensource\.block\.xyz>$/i, ['goose <goose@opensource.block.xyz>'], ['Goose Maverick <goose@navy.example>'])],
  },
  {
    id: 'codebuff',
    name: 'Codebuff',
    products: ['codebuff'],
    identities: [mailbox('codebuff/mailbox', /<noreply@codebuff\.com>$/i, ['Codebuff <noreply@codebuff.com>'], ['Jo <jo@codebuff.com>'])],
  },
  {
    id: 'pi',
    name: 'pi',
    aliases: ['pi-coding-agent', 'pi_coding_agent', 'pi coding agent'],
    products: ['pi coding agent'],
    identities: [mailbox('pi/mailbox', /<pi@earendil\.works>$/i, ['pi <pi@earendil.works>'], ['Mario <mario@earendil.works>'])],
  },
  {
    id: 'qwen',
    name: 'Qwen Code',
    aliases: ['qwen-code', 'qwen-coder', 'qwen code'],
    products: ['qwen code', 'qwen coder', 'qwen'],
    identities: [
      mailbox(
        'qwen/mailbox',
        /<(?:qwen-coder@alibabacloud\.com|noreply@alibaba\.com)>$/i,
        ['Qwen-Coder <qwen-coder@alibabacloud.com>', 'x <noreply@alibaba.com>'],
        ['Li <li@alibabacloud.com>'],
      ),
    ],
  },
  {
    id: 'blackbox',
    name: 'Blackbox',
    aliases: ['blackbox ai', 'blackboxai'],
    products: ['blackbox ai'],
    identities: [mailbox('blackbox/mailbox', /<(?:agent|code)@blackbox\.ai>$/i, ['Blackbox <agent@blackbox.ai>', 'x <code@blackbox.ai>'], ['Ro <ro@blackbox.ai>'])],
  },
  {
    id: 'grok',
    name: 'Grok',
    aliases: ['grok-code', 'grok code'],
    products: ['grok code', 'grok'],
    identities: [mailbox('grok/mailbox', /<grok@x\.ai>$/i, ['Grok <grok@x.ai>'], ['Ed <ed@x.ai>'])],
  },
  {
    id: 'clio',
    name: 'Clio',
    identities: [mailbox('clio/mailbox', /<clio-agent@sisyphuslabs\.ai>$/i, ['Clio <clio-agent@sisyphuslabs.ai>'], ['Clio Muse <clio@muse.example>'])],
  },
  {
    id: 'cline',
    name: 'Cline',
    aliases: ['cline-cli'],
    products: ['cline'],
    accounts: [account([276134852, 205137888], ['cline-cloud[bot]', 'cline[bot]', 'cline-agent'])],
    identities: [
      mailbox(
        'cline/mailbox',
        /<(?:noreply|agent|bot)@cline\.bot>$|<cline-(?:cloud-)?agent@users\.noreply\.github\.com>$/i,
        ['Cline <noreply@cline.bot>', 'x <agent@cline.bot>', 'x <bot@cline.bot>', 'x <cline-cloud-agent@users.noreply.github.com>'],
        ['Nik <nik@cline.bot>', 'Cline Patsy <cline@example.com>'],
      ),
    ],
    environment: [{ name: 'CLINE_ACTIVE', value: /^true$/i }],
    files: [],
  },
  {
    id: 'letta',
    name: 'Letta Code',
    aliases: ['letta-code'],
    products: ['letta code'],
    identities: [identity('letta/name', /^letta code(?: <|$)/i, ['Letta Code <x@y.example>'], ['Letta Codey <l@c.example>'])],
  },
];
