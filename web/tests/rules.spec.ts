import { expect, test } from './studio';

interface Policy {
  rules: object[];
}

test('a person writes rules, sees what would happen, and saves them in their order', async ({
  page,
  studio,
}) => {
  await studio.open(page);
  await page.getByTestId('dock-approvals').click();
  await expect(page.getByTestId('rules-open')).toHaveText('No rules…');

  // With the keyboard alone.
  await page.getByTestId('rules-open').focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Rules' });
  await dialog.getByRole('button', { name: 'Add a rule' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('listitem')).toHaveCount(2);
  await dialog.getByLabel('command of rule 1').focus();
  await page.keyboard.type('make *');
  await dialog.getByLabel('Decision of rule 1').focus();
  await page.keyboard.press('a');
  await dialog.getByLabel('command of rule 2').focus();
  await page.keyboard.type('make deploy*');
  await dialog.getByLabel('Decision of rule 2').focus();
  await page.keyboard.press('d');

  const verdict = dialog.getByTestId('rule-verdict');
  await dialog.getByLabel('Command to try').fill('make test');
  await expect(verdict).toHaveText('allow: rule 1 says allow');
  await dialog.getByLabel('Command to try').fill('make deploy');
  await expect(verdict).toHaveText('deny: rule 2 says deny');
  // The last that fits decides, so the order does.
  await dialog.getByRole('button', { name: 'Move rule 2 up' }).focus();
  await page.keyboard.press('Enter');
  await expect(verdict).toHaveText('allow: rule 2 says allow');
  await dialog.getByRole('button', { name: 'Move rule 1 down' }).click();
  await expect(verdict).toHaveText('deny: rule 2 says deny');
  await dialog.getByLabel('Secret to try').fill('NPM_TOKEN');
  await dialog.getByLabel('Command to try').fill('make test');
  await expect(verdict).toHaveText(
    'ask: secret NPM_TOKEN: no rule says that this command may have it',
  );
  await dialog.getByLabel('Tool to try').selectOption('write_file');
  await dialog.getByLabel('Path to try').fill('../outside');
  await expect(verdict).toContainText('no call: ');

  const before = await studio.rpc<Policy>('approvals.get_policy', {});
  expect(before.rules).toEqual([]);
  await dialog.getByRole('button', { name: 'Save rules' }).focus();
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(page.getByTestId('rules-open')).toHaveText('2 rules…');
  const after = await studio.rpc<Policy>('approvals.get_policy', {});
  expect(after.rules).toEqual([
    { command: 'make *', decision: 'allow' },
    { command: 'make deploy*', decision: 'deny' },
  ]);
});

test('what is no rule is said, and rules that somebody else changes are shown', async ({
  page,
  studio,
}) => {
  await studio.open(page);
  await page.getByTestId('dock-approvals').click();
  await page.getByTestId('rules-open').click();
  const dialog = page.getByRole('dialog', { name: 'Rules' });
  await dialog.getByRole('button', { name: 'Add a rule' }).click();
  await dialog.getByLabel('path of rule 1').fill('src/');
  await dialog.getByLabel('command of rule 1').fill('make');
  await dialog.getByRole('button', { name: 'Save rules' }).click();
  await expect(dialog.getByRole('alert')).toContainText(
    'rule 1: a rule with a path and a command fits nothing',
  );
  const rules = [{ path: 'deploy/', decision: 'deny' }];
  await studio.rpc('approvals.set_policy', { rules });
  await dialog.getByRole('button', { name: 'Show theirs' }).click();
  await expect(dialog.getByLabel('path of rule 1')).toHaveValue('deploy/');
  await dialog.getByRole('button', { name: 'Remove rule 1' }).click();
  await dialog.getByRole('button', { name: 'Save rules' }).click();
  await expect(page.getByTestId('rules-open')).toHaveText('No rules…');
});
