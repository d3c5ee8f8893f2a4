/** The layout of the pages before the login. */
import { Outlet } from '@tanstack/react-router';
import { EntranceOutline } from './entrance-outline.tsx';

export function EntranceFrame() {
  return (
    <EntranceOutline>
      <Outlet />
    </EntranceOutline>
  );
}
