/** Files that agents read or run, by name alone. */

export type AgentFile = 'settings' | 'prose' | 'code';

/** A copy of somebody else's is read by nobody here. */
const VENDORED = /(?:^|\/)(?:node_modules|vendor|vendored|third[_-]party|external)\//;

const SETTINGS =
  /(?:^|\/)(?:\.mcp\.json|mcp\.json|mcp_config\.json|\.claude\/settings(?:\.local)?\.json|\.gemini\/settings\.json|\.cursor\/(?:mcp|hooks|permissions|settings|cli|environment)\.json|\.codex\/config\.toml|opencode\.jsonc?|\.roo\/mcp\.json|\.continue\/config\.(?:json|ya?ml)|\.aider\.conf\.yml|\.amp\/settings\.json|\.windsurf\/[\w-]+\.json|\.kiro\/[\w/-]+\.json|\.claude-plugin\/[\w-]+\.json|\.github\/copilot\/[\w-]+\.json|\.copilot\/[\w-]+\.json)$/i;
const PROSE =
  /(?:^|\/)(?:claude(?:\.local)?\.md|agents?\.md|gemini\.md|copilot-instructions\.md|\.cursorrules|\.windsurfrules|\.clinerules|\.roorules|\.goosehints|skill\.md)$|(?:^|\/)\.(?:cursor\/(?:rules|commands)|claude\/(?:commands|agents|skills|output-styles)|github\/(?:instructions|prompts|chatmodes|agents)|gemini\/commands|windsurf\/rules|clinerules|roo\/rules[\w-]*|continue\/rules|codex\/prompts|amazonq\/rules|kiro\/steering|agents\/skills)\/.*\.(?:md|mdc|mdx|toml|txt)$/i;
/** Scripts beside them are what the hooks call. */
const CODE = /(?:^|\/)\.(?:claude|cursor|gemini|codex|agents)\/(?:.*\/)?(?:hooks|scripts|bin|skills|commands)\/.*\.(?:sh|bash|py|js|mjs|cjs|ts|rb|ps1)$/i;

export function agentFile(path: string): AgentFile | undefined {
  if (VENDORED.test(path)) return undefined;
  if (SETTINGS.test(path)) return 'settings';
  return PROSE.test(path) ? 'prose' : CODE.test(path) ? 'code' : undefined;
}
