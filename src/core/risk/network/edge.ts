/** HCL: what stands before everything (NET111): firewalls of requests, rate limits, caches, origins. */
import type { HclBlock } from '../evidence.ts';
import { attribute, type Placed, place } from '../hcl-index.ts';
import type { Finding } from '../risk.ts';
import { type BlockPair, type BlockSides, differing, numeral, typeOf } from './blocks.ts';
import { NET111 } from './rules.ts';

export const edge = ({ pairs, gone }: BlockSides): readonly Finding[] => [...gone.flatMap(guardGone), ...pairs.flatMap((p) => [...firewall(p), ...cache(p)])];

const FIREWALL =
  /^(?:aws_waf\w*|google_compute_security_policy(?:_rule)?|azurerm_(?:web_application_firewall_policy|frontdoor_firewall_policy|cdn_frontdoor_firewall_policy|cdn_frontdoor_security_policy)|cloudflare_(?:ruleset|filter|firewall_rule|rate_limit|access_rule|bot_management|zone_lockdown|waf_\w+)|fastly_service_waf_configuration|aws_shield_protection)$/;
const CACHE =
  /^(?:aws_cloudfront_(?:distribution|cache_policy|origin_request_policy|function)|google_compute_backend_(?:bucket|service)|azurerm_cdn_\w+|fastly_service_(?:vcl|compute)|cloudflare_(?:page_rule|ruleset|zone_settings_override|zone_cache\w*))$/;

const say = (p: Placed, side: 'base' | 'head', what: string, because: readonly (readonly [string, string])[]): Finding =>
  NET111({ place: place(p, side), because, what: `${p.address} ${what}` });

const guardGone = (p: Placed): readonly Finding[] =>
  FIREWALL.test(typeOf(p))
    ? [say(p, 'base', 'is removed: requests that it stopped reach what is behind it', [['type', typeOf(p)]])]
    : CACHE.test(typeOf(p)) && typeOf(p).startsWith('aws_cloudfront')
      ? [say(p, 'base', 'is removed: what it answered or kept is asked of the origin', [['type', typeOf(p)]])]
      : [];

function firewall(pair: BlockPair): readonly Finding[] {
  if (!FIREWALL.test(typeOf(pair.after))) return [];
  const facts = [...rulesGone(pair), ...counted(pair), ...raised(pair), ...previewed(pair)];
  return facts.length === 0
    ? []
    : [
        say(
          pair.after,
          'head',
          `stops less than before (${facts
            .map(([n, how]) => `${n} ${how}`)
            .join(', ')
            .slice(0, 200)})`,
          facts,
        ),
      ];
}

type Fact = readonly [string, string];
const rules = (p: Placed): readonly HclBlock[] => p.block.blocks.filter((b) => /^(?:rules?|custom_rule|managed_rules?|custom_rules)$/.test(b.type));
const nameOf = (b: HclBlock): string => attribute(b, 'name') ?? attribute(b, 'priority') ?? attribute(b, 'expression') ?? attribute(b, 'rule_id') ?? '';

function rulesGone({ before, after }: BlockPair): readonly Fact[] {
  const has = new Set(rules(after).map(nameOf));
  return rules(before)
    .filter((r) => nameOf(r) !== '' && !has.has(nameOf(r)))
    .map((r): Fact => [`rule ${nameOf(r)}`, 'removed']);
}

/** It only counts what it stopped. */
function counted({ before, after }: BlockPair): readonly Fact[] {
  const was = new Map(rules(before).map((r) => [nameOf(r), counts(r)]));
  return rules(after)
    .filter((r) => was.get(nameOf(r)) === false && counts(r))
    .map((r): Fact => [`rule ${nameOf(r)}`, 'only counts']);
}
const counts = (rule: HclBlock): boolean =>
  rule.blocks.some((b) => /^(?:override_)?action$/.test(b.type) && b.blocks.some((a) => a.type === 'count')) || /^"(?:count|log|Log)"$/.test(attribute(rule, 'action') ?? '');

function raised(pair: BlockPair): readonly Fact[] {
  return differing(pair, /(?:^|\.)(?:limit|requests_per_period|threshold|rate_limit_threshold|count|ban_threshold\.count)$/).filter(([, how]) => {
    const [was, is] = how.split(' -> ').map(numeral);
    return was !== undefined && (is === undefined || is > was);
  });
}

const previewed = (pair: BlockPair): readonly Fact[] =>
  differing(pair, /(?:^|\.)(?:preview|enabled|disabled|mode|paused|default_action\.\w+)$/).filter(([name, how]) =>
    /enabled$/.test(name) ? /-> false$/.test(how) : /mode$/.test(name) ? /-> "(?:Detection|log|off|simulate)"/i.test(how) : /-> true$/.test(how),
  );

const KEYED =
  /(?:^|\.)(?:origin(?:\[\d+\])?\.(?:domain_name|origin_path|origin_id)|target_origin_id|cache_policy_id|origin_request_policy_id|forwarded_values\.\S+|cached_methods|min_ttl|default_ttl|max_ttl|cache_key_policy\S*|negative_caching|cache_mode|backend(?:\[\d+\])?\.(?:address|override_host)|headers_config\S*|query_strings_config\S*|cookies_config\S*|origin_host_header|cache_level|edge_cache_ttl)$/;

function cache(pair: BlockPair): readonly Finding[] {
  if (!CACHE.test(typeOf(pair.after))) return [];
  const facts = differing(pair, KEYED);
  return facts.length === 0
    ? []
    : [
        say(
          pair.after,
          'head',
          `asks another origin, or keeps answers by other terms (${facts
            .map(([n]) => n)
            .join(', ')
            .slice(0, 200)}): what was kept is asked for anew, all at once`,
          facts,
        ),
      ];
}
