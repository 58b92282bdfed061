import { isPublicAddress } from "./public-address.js";

it.each(["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111"])("%s is public", (address) =>
  expect(isPublicAddress(address)).toBe(true),
);

it.each([
  "0.0.0.0",
  "10.1.2.3",
  "100.100.100.200",
  "127.0.0.1",
  "127.9.9.9",
  "168.63.129.16",
  "169.254.169.254",
  "172.31.0.1",
  "192.168.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:93.184.216.34",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
  "2001:0:1::1",
  "fd00:ec2::254",
  "fe80::1",
  "ff02::1",
  "not an address",
])("%s isn't public", (address) => expect(isPublicAddress(address)).toBe(false));
