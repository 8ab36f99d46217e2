import { describe, expect, it } from 'vitest';
import { cDefinitionIn, cDefinitionPattern } from './cDefinitions';

const DEFINITIONS: [line: string, query: string, name: string][] = [
  ['int main(int argc, char **argv) {', 'mai', 'main'],
  ['static inline unsigned long hash_of(const char *text)', 'hash', 'hash_of'],
  ['struct node *list_push(struct list *list,', 'list_', 'list_push'],
  ['void *xmalloc(size_t size)', 'xmalloc', 'xmalloc'],
  ['parse_line(char *line, int length)', 'parse', 'parse_line'],
  ['static int open_file (const char *name)', 'open', 'open_file'],
  ['extern "C" int plugin_init(void) {', 'plugin', 'plugin_init'],
  ['awaitable<Result<Id>> TaskUndo::reject(Actor actor) {', 'rej', 'TaskUndo::reject'],
  ['TaskUndo::TaskUndo(Parts parts) : parts_(parts) {}', 'Task', 'TaskUndo::TaskUndo'],
  ['std::vector<Name> Git::Tree::names_of(const Path& path) const {', 'na', 'Git::Tree::names_of'],
  ['template <class T> T Box<T>::take() && {', 'take', 'Box<T>::take'],
  ['[[nodiscard]] constexpr bool may(Role a, Role b) { return a >= b; }', 'may', 'may'],
  ['void WorkspaceState::apply(const Event& event) {  // one;', 'app', 'WorkspaceState::apply'],
  ['auto SocketSession::attach(const RpcCall& call)', 'attach', 'SocketSession::attach'],
  ['const Row& Table::row_at(std::size_t index) const', 'row', 'Table::row_at'],
  ['  std::size_t size() const { return size_; }', 'siz', 'size'],
  ['  static Result<Journal> open(Options options) {', 'ope', 'open'],
  ['  explicit TaskUndo(Parts parts) : parts_(parts) {}', 'TaskU', 'TaskUndo'],
];

/** Calls, declarations, variables and words: none of it is where a function is written. */
const OTHERS: [line: string, query: string][] = [
  ['int parse_line(char *line, int length);', 'parse'],
  ['EXPORT_SYMBOL(parse_line);', 'parse'],
  ['DEFINE_MUTEX(lock)', 'DEFINE'],
  ['TEST(LiveDocument, ClashesUntilSomebodyDecides) {', 'TES'],
  ['#define parse_line(x) real_parse(x)', 'parse'],
  ['// int parse_line(char *line) {', 'parse'],
  [' * Calls parse_line(x) until it ends.', 'parse'],
  ['    parse_line(buffer, 12);', 'parse'],
  ['    return parse_line(buffer,', 'parse'],
  ['    int length = parse_line(buffer,', 'parse'],
  ['    if (parse_line(buffer)) {', 'parse'],
  ['    } else if (parse_line(buffer)) {', 'parse'],
  ['    while (parse_line(buffer)) {', 'whil'],
  ['  Result<void> save(Book book);', 'save'],
  ['  virtual ~ProviderKeys() = default;', 'Provider'],
  ['  const std::scoped_lock hold(writing_);', 'hold'],
  ['  std::jthread worker([&] {', 'worker'],
  ['  std::ranges::sort(rows, [](const Row& a, const Row& b) {', 'sort'],
  ['  co_return co_await run_on(strand_, [self] {', 'run_'],
  ['  return std::find_if(rows.begin(), rows.end(), [&](const Row& row) {', 'find'],
  ['  auto write = [&people, id] { return people.remove(id); };', 'remove'],
  ['  throw TaskError(id,', 'Task'],
  ['  EXPECT_EQ(apply(event),', 'app'],
  ['    : strand_(socket.strand()) {', 'strand'],
  ['      strand_(socket.strand()),', 'strand'],
];

describe('the definition of a function in C and C++', () => {
  it.each(DEFINITIONS)('%s', (line, query, name) => {
    expect(cDefinitionIn('src/a.cpp', line, query)).toBe(name);
    expect(new RegExp(cDefinitionPattern(query)).test(line), 'is searched for').toBe(true);
  });

  it.each(OTHERS)('is not %s', (line, query) => {
    expect(cDefinitionIn('src/a.cpp', line, query)).toBeUndefined();
  });

  it('is looked for in files of these languages alone', () => {
    for (const path of ['a.c', 'a.h', 'a.cc', 'a.hpp', 'a.cxx', 'b/a.mm', 'a.cu', 'a.ino', 'a.ipp'])
      expect(cDefinitionIn(path, 'int main() {', 'main'), path).toBe('main');
    for (const path of ['a.ts', 'a.cs', 'c', 'a.h.txt', 'a.md'])
      expect(cDefinitionIn(path, 'int main() {', 'main'), path).toBeUndefined();
  });

  it('is found in a real page of code, and nothing beside it', () => {
    const page = `
namespace coditect {

namespace {

/// Whether they take part (as apply() says).
bool is_taken(const Update& update) { return update.client.empty(); }

}  // namespace

Result<void>
Document::apply(Update update,
                Version version) {
  if (!applies(update)) return invalid("apply(): no change");
  TRY(after, apply_change_set(text_, update));
  const auto applied = apply_all(after, [&](const Update& each) {
    return apply(each, version);
  });
  std::vector<Update> applying(3);
  switch (apply_mode(version)) {
    default: return apply_later(update);
  }
}

Result<std::u16string> apply_change_set(const std::u16string& text, const Update& update) {
  return {};
}
`;
    const lines = page.split('\n');
    const pattern = new RegExp(cDefinitionPattern('appl'));
    const found = lines
      .filter((line) => pattern.test(line))
      .flatMap((line) => cDefinitionIn('a.cpp', line, 'appl') ?? []);
    expect(found).toEqual(['Document::apply', 'apply_change_set']);
  });
});
