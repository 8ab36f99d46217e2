import { expect, logIn, loginLink, test, token } from './studio';

test('without a cookie the page says how to get in', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByTestId('login')).toContainText('login link');
});

test('a login link signs in and leaves the address bar', async ({ page }) => {
  await page.goto(loginLink());
  await expect(page.getByTestId('workspaces')).toBeVisible();
  expect(page.url()).not.toContain(token());
  await page.reload();
  await expect(page.getByTestId('workspaces')).toBeVisible();
});

test('the cookie is out of reach of scripts', async ({ page, context }) => {
  await logIn(page);
  const cookies = await context.cookies();
  expect(cookies.length).toBeGreaterThan(0);
  for (const cookie of cookies) {
    expect(cookie.httpOnly).toBe(true);
    expect(cookie.sameSite).toBe('Strict');
  }
  expect(await page.evaluate(() => document.cookie)).toBe('');
});

for (const [what, input] of [
  ['the token', () => token()],
  ['the whole link', () => `http://host.example${loginLink()}`],
] as const) {
  test(`pasting ${what} signs in`, async ({ page }) => {
    await page.goto('/');
    await page.getByTestId('login-token').fill(input());
    await page.getByTestId('login-submit').click();
    await expect(page.getByTestId('workspaces')).toBeVisible();
  });
}

test('a wrong token is refused with a hint', async ({ page }) => {
  await page.goto('/#token=not-the-token');
  await expect(page.getByRole('alert')).toContainText('not valid');
  expect(page.url()).not.toContain('not-the-token');
});
