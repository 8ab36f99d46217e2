/** Lines that begin the definition of a function in C and C++, told from calls by their look. */

/** Which files such lines are looked for in. */
export const kCFiles = '*.{c,h,cc,hh,cpp,hpp,cxx,hxx,ipp,inl,cu,cuh,ino,m,mm}';
const C_FILE = /\.(?:[ch]|cc|hh|[chi]pp|[ch]xx|inl|cuh?|ino|mm?)$/;

/** What stands before the name: specifiers, attributes and the type that is given back. */
const TYPE = String.raw`[\w:<>,*&\[\]" \t]*[ \t*&]`;
const SCOPE = String.raw`(?:\w+(?:<[^>()]*>)?::)*`;
/** Up to the end of the line: more parameters, or a body. */
const REST = String.raw`\s*\((?:[^;]*|.*\{.*)$`;

/**
 * A regular expression for the lines that may define what begins with `query`: a little more than
 * those that do, without what the search cannot look back for.
 */
export function cDefinitionPattern(query: string): string {
  const outside = `(?:${TYPE})?${SCOPE}${query}\\w*${REST}`;
  const inside = `[ \\t]+[\\w\\[]${TYPE}${query}\\w*\\s*\\(.*\\{`;
  return `^(?:${outside}|${inside})`;
}

/** Words that no type has: what follows them is called, made or thrown. */
const NO_TYPE =
  /\b(?:return|else|new|delete|throw|case|goto|do|and|or|not|using|typedef|co_return|co_await|co_yield|await|if|while|for|switch)\b/;
const NO_NAME =
  /^(?:if|for|while|switch|return|catch|sizeof|alignof|alignas|decltype|noexcept|requires|static_assert|defined|operator|and|or|not|new|delete|throw)$/;
/** The beginning of a lambda: parameters have none, arguments of a call do. */
const LAMBDA = /\[[^\]]*\]\s*(?:\(|\{|mutable\b)/;

/**
 * The function whose definition the line begins, as `Class::name` where it says so; undefined for
 * a declaration, a call, or another language.
 */
export function cDefinitionIn(path: string, line: string, query: string): string | undefined {
  if (!C_FILE.test(path)) return undefined;
  const found = new RegExp(`^(${TYPE})??(${SCOPE})(${query}\\w*)\\s*\\((.*)$`).exec(line);
  const [, before = '', scope = '', name = '', rest = ''] = found ?? [];
  const type = before.trim();
  if (found === null || NO_NAME.test(name) || NO_TYPE.test(type) || LAMBDA.test(rest)) {
    return undefined;
  }
  const code = rest.replace(/\s*(?:\/\/.*|\/\*.*\*\/\s*)$/, '').trimEnd();
  const inside = /^\s/.test(line);
  // In a class a body tells it from a declaration and a variable; outside it may follow.
  const begins = inside ? /\w/.test(type) && code.includes('{') : !code.endsWith(';');
  // Alone at the margin, as where the type has a line of its own; a macro is written in capitals.
  const alone = type === '' && scope === '' && !/[a-z]/.test(name);
  return begins && !alone ? scope + name : undefined;
}
