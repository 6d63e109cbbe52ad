/** Express, Fastify, Koa, Hono (routes as calls) and Nest (decorators). */
import type { Framework } from './framework.ts';

/** People call their guards what they do: `requireAuth`, `isAdmin`, `checkJwt`, `passport.authenticate`. */
const NAMED =
  /\b((?:require|requires|ensure|is|must|verify|check|validate|assert|only|has|can|need|needs|restrict|with)(?:_?[A-Z]\w{0,30})?(?:_?(?:[Aa]uth\w{0,30}|[Ll]ogin|[Ll]oggedIn|[Aa]dmin\w{0,30}|[Pp]ermission\w{0,30}|[Rr]oles?|[Jj]wt\w{0,30}|[Tt]oken|[Ss]ession|[Ss]cope|[Oo]wner\w{0,30}|[Aa]ccess|[Ss]igned?[Ii]n|[Cc]srf\w{0,30}))\w{0,30}|passport\.authenticate|\w{0,30}[Aa]uth(?:entication|enticate|orize|orization|Middleware|Guard|Required|n|z)\w{0,30}|auth|adminOnly|protect|csrfProtection|jwtCheck|expressjwt|bearerAuth|basicAuth|jwt)\b(?!\s*[=:](?!=)|['"/.-])/g;

export const express: Framework = {
  id: 'express',
  files: /\.[cm]?[jt]sx?$/,
  sounds: /\b(?:app|router|fastify|server|api|routes?)\s*\.\s*(?:get|post|put|patch|delete|all|use|route|register|addHook)\s*\(/i,
  route:
    /^(?:return\s+|await\s+)?(?:[\w$]*(?:app|router|fastify|server|api|routes?))\s*\.\s*(get|post|put|patch|delete|del|all|use|route)(?:<[^>]{0,200}>)?\(\s*["'`]([^"'`]{1,200})["'`]/i,
  wide: /^(?:[\w$]*(?:app|router|fastify|server|api|routes?))\s*\.\s*(?:use|addHook|register)\s*\((?!\s*["'`]\/)/i,
  guard: NAMED,
  throttle: /\b((?:rate|speed|slow)[-_]?(?:limit\w{0,30}|down)|throttle\w{0,30}|\w{0,30}[Ll]imiter|bruteforce|lockout)\b/gi,
};

export const nest: Framework = {
  id: 'nest',
  files: /\.ts$/,
  sounds: /@(?:Controller|UseGuards|Resolver|Injectable)\b/,
  scope: /^(?:export\s+)?(?:default\s+)?(?:abstract\s+)?class\s+(\w+)/,
  handler: /^(?:public\s+|private\s+)?(?:async\s+)?(\w+)\s*\((?!.*\)\s*;?$)|^(?:public\s+)?(?:async\s+)?(\w+)\s*\(.{0,400}\)\s*(?::.{0,200})?\{$/,
  marker: /^@\w+/,
  guard: /@(UseGuards|Roles|RequirePermissions?|Permissions?|Authorized?|Scopes?|RequireRoles?|Auth)\b/g,
  open: /@(Public|AllowAnonymous|SkipAuth|NoAuth|IsPublic|Unprotected)\b/g,
  throttle: /@(Throttle|RateLimit)\b|(SkipThrottle)/g,
};
