export function OrganizationSettingsPage() {
  return <h1>OrganizationSettingsPage</h1>;
}
