import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, test, vi } from 'vitest';
import { sizeOfExpression } from '../../src/federation/log-filter/expression-size.ts';
import { Expressions } from '../../src/federation/log-filter/expression.ts';

const BUDGET = { code: 'UPSTREAM_BUDGET_EXCEEDED' };
/** Its time per character grows with every repetition. */
const HOSTILE = String.raw`(?i)(\pL{1,20}\s?){1,10}y`;

/** Letters in an irregular order, without the last letter of the expression. */
function letters(count: number): string {
  let state = 1;
  const next = (): string => {
    state = (state * 48_271) % 2_147_483_647;
    return 'abcdefg éàx\n'[state % 12] ?? '';
  };
  return Array.from({ length: count }, next).join('');
}

describe('a regular expression', () => {
  test('matches as RE2 does, for any length of text', () => {
    const part = fc.constantFrom('a', 'b*', '(a|é)', '[^x]', '^', '$', String.raw`\b`, '.{1,9}', 'n+?', ' ');
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', ' ', 'x', 'n', '\n', '😀'), maxLength: 40 });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), text, fc.nat(200), (parts, one, times) => {
        const expression = parts.join('');
        const whole = one.repeat(times);
        // Time stands still, because this test is not about it.
        const expressions = new Expressions(
          () => 0,
          () => 0,
        );
        expect(expressions.of(expression).test(whole)).toBe(RE2JS.compile(expression).matcher(whole).find());
      }),
      { numRuns: 300 },
    );
  });

  test('is compiled once, even if it is used often', () => {
    const expressions = new Expressions();
    expect(expressions.of('a+')).toBe(expressions.of('a+'));
  });

  test.each(['(?:a{1,500}){1,2}', '((a{1,30}){1,30})', String.raw`(?i)(\pL{1,20}\s?){1,40}z`])(
    'that is compiled to too many instructions is refused: %s',
    (expression) => {
      expect(() => new Expressions().of(expression)).toThrow(/repetitions such as \{1,500\}/);
    },
  );

  test('is recognised as too large without being compiled, whatever it contains', () => {
    const atom = fc.constantFrom(
      'a',
      '.',
      '[a-z{9}]',
      String.raw`\pL`,
      String.raw`\{`,
      '(?:ab|c)',
      '(d)',
      '(?i)',
      'x{3}',
      '^',
    );
    const repeat = fc.constantFrom('', '*', '+?', '{2}', '{1,7}', '{3,}', '{0,9}');
    const expression = fc
      .array(fc.tuple(atom, repeat), { maxLength: 4 })
      .map((parts) =>
        parts.map(([one, times]) => (one === '(?i)' ? one : `${one}${one.endsWith('}') ? '' : times}`)).join(''),
      );
    fc.assert(
      fc.property(expression, fc.constantFrom('', '{1,5}', '{9}', '*'), (inner, times) => {
        const whole = `(?:${inner})${times}`;
        const size = RE2JS.compile(whole).programSize();
        // Each part of an estimate is one or two instructions.
        expect([whole, sizeOfExpression(whole) * 3 + 8 >= size]).toEqual([whole, true]);
        expect([whole, sizeOfExpression(whole) <= 3 * size + 8]).toEqual([whole, true]);
      }),
      { numRuns: 500 },
    );
    const compile = vi.spyOn(RE2JS, 'compile');
    expect(() => new Expressions().of(String.raw`(?i)[\pL\pN\pS]{1,1000}`)).toThrow(/too large/);
    expect(compile).not.toHaveBeenCalled();
    compile.mockRestore();
  });

  test('that is slow is given up after a part of a line of one megabyte', () => {
    const line = `${letters(1_000_000)}Y`;
    const hostile = String.raw`(?i)([\pL\s]{1,20}e){3,9}Y`;
    // Here a millisecond is what 20 characters take.
    let characters = 0;
    const look = vi.spyOn(RE2JS.prototype, 'test').mockImplementation((text) => {
      characters += String(text).length;
      return false;
    });
    const simulated = new Expressions(
      () => 0,
      () => characters / 20,
    );
    expect(() => simulated.of(hostile).test(line)).toThrow(expect.objectContaining(BUDGET));
    look.mockRestore();
    expect(characters).toBeLessThanOrEqual(1_000);
    // And with the expression and the time that there are: without a bound it would take minutes.
    try {
      new Expressions().of(hostile).test(line);
    } catch (error) {
      expect(error).toMatchObject(BUDGET);
    }
  });

  test('that is slow shares a budget with all slow ones, which is refilled; fast ones continue', () => {
    const clock = { now: 0, worked: 0 };
    const expressions = new Expressions(
      () => clock.now,
      () => (clock.worked += 30),
    );
    const [slow, other] = [expressions.of(HOSTILE), expressions.of(`${HOSTILE}y`)];
    const text = letters(300);
    expect(() => {
      for (let count = 0; count < 20; count += 1) slow.test(text);
    }).toThrow(expect.objectContaining(BUDGET));
    expect(() => other.test('short')).toThrow(expect.objectContaining(BUDGET));
    expect(expressions.of('simple').test('a simple text')).toBe(true);
    clock.now += 60_000;
    expect(slow.test(text)).toBe(false);
  });
});
