import { useEffect, useState } from 'react';

/** The time, renewed now and then, for what says how long ago something was. */
export function useNow(intervalMilliseconds = 10_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNow(Date.now());
    }, intervalMilliseconds);
    return () => {
      clearInterval(timer);
    };
  }, [intervalMilliseconds]);
  return now;
}
