/**
 * Files of /proc/net as Linux 6.18.44 (x86-64) shows them in a network namespace with: 10.0.0.1/24, 10.0.3.1/31 and
 * 2001:db8::1/64 on near0, 10.0.5.1/24 there with `noprefixroute`; 10.0.1.1/32 and 10.0.4.1/24 on lo; `local 10.9.0.0/24 dev
 * lo`; a default route; `10.0.0.0/16 dev near0`; a blackhole; a route in table 55; and spare0 and spare1, which are down.
 */
export const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 10197849 1 000000009d86d0f5 100 0 0 10 0                  
   1: 0101000A:01BB 00000000:0000 0A 00000000:00000001 00:00000000 00000000  1000        0 10197850 2 000000006e42d268 100 0 0 10 0                  
   2: 0101000A:C7FC 0101000A:01BB 01 00000000:00000000 00:00000000 00000000     0        0 10197858 2 0000000084a26b5d 20 0 0 10 -1                  
   3: 0101000A:01BB 0101000A:C7FC 01 00000000:00000000 00:00000000 00000000     0        0 0 1 00000000187a0108 20 0 0 10 -1                         
`;

export const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0051 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 10197851 1 000000004b71e293 100 0 0 10 0
   2: 0000000000000000FFFF00000100000A:0054 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 10197854 1 00000000791b91ee 100 0 0 10 0
   3: B80D0120000000000000000001000000:0053 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 10197853 1 0000000052df9099 100 0 0 10 0
`;

export const UDP = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops            
 1065: 0100000A:04D2 0200000A:0009 01 00000000:00000000 00:00000000 00000000     0        0 10197857 2 00000000e5dc36e0 0      
16268: 0101000A:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 10197855 2 00000000d6a28b95 0      
`;

export const UDP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 5184: 00000000000000000000000000000000:14E9 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 10197856 2 00000000db8f1d0a 0
`;

const TRIE = `  +-- 0.0.0.0/1 2 0 2
     +-- 0.0.0.0/4 2 0 2
        |-- 0.0.0.0
           /0 universe UNICAST
        +-- 10.0.0.0/9 2 0 2
           +-- 10.0.0.0/12 2 0 2
              +-- 10.0.0.0/21 4 0 8
                 +-- 10.0.0.0/31 1 0 0
                    |-- 10.0.0.0
                       /24 link UNICAST
                       /16 link UNICAST
                    |-- 10.0.0.1
                       /32 host LOCAL
                 |-- 10.0.0.255
                    /32 link BROADCAST
                 |-- 10.0.1.1
                    /32 host LOCAL
                 +-- 10.0.3.0/31 1 0 0
                    |-- 10.0.3.0
                       /31 link UNICAST
                    |-- 10.0.3.1
                       /32 host LOCAL
                 +-- 10.0.4.0/31 1 0 0
                    |-- 10.0.4.0
                       /24 host LOCAL
                    |-- 10.0.4.1
                       /32 host LOCAL
                 |-- 10.0.4.255
                    /32 link BROADCAST
                 |-- 10.0.5.1
                    /32 host LOCAL
                 |-- 10.0.5.255
                    /32 link BROADCAST
              |-- 10.9.0.0
                 /24 host LOCAL
           |-- 10.66.0.0
              /16 universe BLACKHOLE
     +-- 127.0.0.0/8 2 0 2
        +-- 127.0.0.0/31 1 0 0
           |-- 127.0.0.0
              /8 host LOCAL
           |-- 127.0.0.1
              /32 host LOCAL
        |-- 127.255.255.255
           /32 link BROADCAST
`;

/** Without any rule, main and local are one trie under two names. */
export const FIB_TRIE = `Id 55:
  |-- 10.77.0.0
     /16 universe UNICAST
Main:
${TRIE}Local:
${TRIE}`;

const statistics = (name: string): string => `${name}:
	Aver depth:     4.58
	Max depth:      6
	Leaves:         17
	Prefixes:       18
	Internal nodes: 10
	  1: 4  2: 5  4: 1
	Pointers: 44
Null ptrs: 18
Total size: 3  kB
`;
const BASIC = 'Basic info: size of leaf: 48 bytes, size of tnode: 40 bytes.\n';
export const FIB_TRIESTAT = `${BASIC}${statistics('Id 55')}${statistics('Main')}${statistics('Local')}`;
export const FIB_TRIESTAT_TWO_TABLES = `${BASIC}${statistics('Main')}${statistics('Local')}`;

export const ROUTE = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT                                                       
near0	00000000	0200000A	0003	0	0	0	00000000	0	0	0                                                                              
near0	0000000A	00000000	0001	0	0	0	00FFFFFF	0	0	0                                                                              
near0	0000000A	00000000	0001	0	0	0	0000FFFF	0	0	0                                                                              
near0	0003000A	00000000	0001	0	0	0	FEFFFFFF	0	0	0                                                                              
*	0000420A	00000000	0001	0	0	0	0000FFFF	0	0	0                                                                                  
`;

export const IF_INET6 = `20010db8000000000000000000000001 02 40 00 82    near0
fe80000000000000a8e5f2fffe0143a5 02 40 20 c0    near0
00000000000000000000000000000001 01 80 10 80       lo
`;

export const IGMP = `Idx	Device    : Count Querier	Group    Users Timer	Reporter
1	lo        :     1      V3
				010000E0     1 0:00000000		0
2	near0     :     1      V3
				010000E0     1 0:00000000		0
`;

export const DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     172       3    0    0    0     0          0         0      172       3    0    0    0     0       0          0
 near0:     266       3    0    0    0     0          0         0      396       4    0    0    0     0       0          0
spare1:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
spare0:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
`;

/** By file name, as in the directory. */
export const FILES: Readonly<Record<string, string>> = {
  ...{ tcp: TCP, tcp6: TCP6, udp: UDP, udp6: UDP6, fib_trie: FIB_TRIE, fib_triestat: FIB_TRIESTAT_TWO_TABLES },
  ...{ route: ROUTE, if_inet6: IF_INET6, igmp: IGMP, dev: DEV },
};
