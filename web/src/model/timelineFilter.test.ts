import { describe, expect, it } from 'vitest';
import { kKnownTypes } from '../protocol/events';
import { familyOf } from './describe';
import { isFiltered, kChatTypes, kNoFilter, paramsOf, typesOf } from './timelineFilter';

describe('a filter of the timeline', () => {
  it('asks for nothing that it does not say', () => {
    expect(paramsOf(kNoFilter)).toEqual({});
    expect(isFiltered(kNoFilter)).toBe(false);
    expect(paramsOf({ agent: 'kimi', path: 'a.txt', family: '' })).toEqual({
      agent: 'kimi',
      path: 'a.txt',
    });
  });

  it('stands for all types of a family, and for no other', () => {
    const files = typesOf('files');
    expect(files).toContain('file_edit');
    expect(files).not.toContain('tool_call');
    expect(paramsOf({ ...kNoFilter, family: 'files' })).toEqual({ types: files });
    for (const type of kKnownTypes) expect(typesOf(familyOf(type))).toContain(type);
  });

  it('knows what the chat is made of', () => {
    for (const type of kChatTypes) expect(kKnownTypes).toContain(type);
  });
});
