import { Outlet } from '@tanstack/react-router';

export const ThreadsPage = () => <Outlet />;
