// Polynomials of functions on 16 intervals, for sets that look 16 values up in a register.
// Included after vector_*.inl.h, inside the same anonymous namespace.
//
// Interval i is that of z nearest to i * width; coefficient k of its polynomial in z - i * width is
// coefficients[k][i]. Fitted here to the least greatest relative error, in double on 400 Chebyshev
// nodes of each interval (iteratively weighted least squares), one coefficient after the other
// rounded and the rest fitted again; widths such that the first coefficients lie near floats.

template <size_t kCount> struct IntervalTable {
  float inverse_width, width;
  float last;  // greatest z
  alignas(64) float coefficients[kCount][16];
};

// clang-format off

// tanh z: 2^-25.2 of it.
constexpr IntervalTable<8> kTanhTable = {
    0x1.af5164p0f, 0x1.2fe32p-1f, 0x1.233334p3f,
    {
     {0, 0x1.109a98p-1f, 0x1.a8c9cep-1f, 0x1.e3b762p-1f, 0x1.f73388p-1f, 0x1.fd4c9ap-1f,
      0x1.ff2ca8p-1f, 0x1.ffbf7ap-1f, 0x1.ffec5p-1f, 0x1.fff9fep-1f, 0x1.fffe2ap-1f,
      0x1.ffff7p-1f, 0x1.ffffd4p-1f, 0x1.fffff2p-1f, 0x1.fffffcp-1f, 0x1.fffffep-1f},
     {0x1p0f, 0x1.6edb9p-1f, 0x1.3f22e6p-2f, 0x1.b80a02p-4f, 0x1.1723a8p-5f, 0x1.58c926p-7f,
      0x1.a658ccp-9f, 0x1.020502p-10f, 0x1.3b0338p-12f, 0x1.8080ccp-14f, 0x1.d549f8p-16f,
      0x1.1e6108p-17f, 0x1.5d8486p-19f, 0x1.aa9364p-21f, 0x1.044faep-22f, 0x1.332d2cp-24f},
     {-0x1.06519cp-23f, -0x1.86a6dep-2f, -0x1.08c6e2p-2f, -0x1.9fba1cp-4f, -0x1.1256f6p-5f,
      -0x1.56cbd2p-7f, -0x1.a5ae2ep-9f, -0x1.00d5bap-10f, -0x1.3e908ap-12f, -0x1.81ab86p-14f,
      -0x1.8ef6eap-16f, -0x1.f58fe8p-19f, -0x1.9ba814p-21f, 0x1.a97dc8p-19f, -0x1.5852a2p-21f,
      0x1.25eep-17f},
     {-0x1.55534ep-2f, -0x1.24a28cp-5f, 0x1.c530f6p-4f, 0x1.ec2b6p-5f, 0x1.61299p-6f,
      0x1.c475f2p-8f, 0x1.18344p-9f, 0x1.5785b8p-11f, 0x1.a3d32ep-13f, 0x1.004cc2p-14f,
      0x1.38d932p-16f, 0x1.7dd5aap-18f, 0x1.d205a4p-20f, 0x1.1c62a2p-21f, 0x1.5b14d2p-23f,
      0x1.1dfc78p-17f},
     {-0x1.52e7a2p-13f, 0x1.2b686p-3f, -0x1.6d2c02p-8f, -0x1.78299ap-6f, -0x1.48b838p-7f,
      -0x1.cf2042p-9f, -0x1.15850ap-10f, -0x1.d46486p-12f, 0x1.f08276p-20f, -0x1.73daa4p-16f,
      -0x1.186dacp-13f, -0x1.30986p-13f, -0x1.d0ba1cp-15f, -0x1.eea9c4p-14f, 0x1.8a90f2p-17f,
      -0x1.153ebp-11f},
     {0x1.142e48p-3f, -0x1.98c382p-5f, -0x1.9f2e12p-6f, 0x1.07d722p-8f, 0x1.c08ec4p-9f,
      0x1.52b20ep-10f, 0x1.b7940ap-12f, 0x1.10c86p-13f, 0x1.4f8a64p-15f, 0x1.99e5e8p-17f,
      0x1.f3ed46p-19f, 0x1.313a1cp-20f, 0x1.74b488p-22f, 0x1.c690a6p-24f, 0x1.15aeccp-25f,
      -0x1.03a04ap-10f},
     {-0x1.c3935p-8f, -0x1.f936fp-6f, 0x1.10c85ap-6f, 0x1.f31eecp-10f, -0x1.669328p-11f,
      0x1.8e9044p-11f, -0x1.536b22p-13f, 0x1.bdda1cp-11f, -0x1.9643d8p-11f, -0x1.17adcep-14f,
      0x1.e63096p-11f, 0x1.168cbep-10f, 0x1.aab7fcp-12f, 0x1.cd3e3ep-11f, -0x1.72be88p-14f,
      0x1.0d1c16p-7f},
     {-0x1.4f32dap-5f, 0x1.d85946p-6f, -0x1.c9f346p-9f, -0x1.cfeea6p-10f, 0x1.80a512p-17f,
      0x1.ae160ap-14f, 0x1.396504p-15f, 0x1.c4bdccp-17f, 0x1.dc5f86p-19f, 0x1.3757fp-20f,
      0x1.9fe1dap-22f, 0x1.f5c74p-24f, 0x1.25c7d8p-25f, 0x1.77e44p-27f, 0x1.a74fap-29f,
      0x1.5e4e82p-6f}
    }};

// erf z, less z - i * width for i < 4; 1 from the last on: 2^-25.1 of erf z.
constexpr IntervalTable<7> kErfTable = {
    0x1.e46dccp1f, 0x1.0e91f6p-2f, 0x1.feb852p1f,
    {
     {0, 0x1.2a58d2p-2f, 0x1.171db8p-1f, 0x1.79b6eep-1f, 0x1.bae256p-1f, 0x1.e067a4p-1f,
      0x1.f338bap-1f, 0x1.fb70fap-1f, 0x1.fe91ap-1f, 0x1.ff9afap-1f, 0x1.ffe792p-1f,
      0x1.fffad2p-1f, 0x1.ffff0ap-1f, 0x1.ffffd8p-1f, 0x1.fffffap-1f, 0x1p0f},
     {0x1.06eba8p-3f, 0x1.ac54dp-5f, -0x1.2c29d6p-3f, -0x1.979886p-2f, 0x1.7a1c2ep-2f,
      0x1.936bdap-3f, 0x1.765512p-4f, 0x1.2e1302p-5f, 0x1.a7fe08p-7f, 0x1.02c79ap-8f,
      0x1.12b854p-10f, 0x1.fb44e6p-13f, 0x1.974cd4p-15f, 0x1.1c699ap-17f, 0x1.59704ep-20f, 0},
     {0x1.681eb6p-22f, -0x1.1cb7ccp-2f, -0x1.cdd3c8p-2f, -0x1.e89e7ap-2f, -0x1.8fa29ap-2f,
      -0x1.0a7c6ep-2f, -0x1.28bda2p-3f, -0x1.175c6p-4f, -0x1.bfd9fap-6f, -0x1.3496b2p-7f,
      -0x1.6e2f6ap-9f, -0x1.62d634p-11f, -0x1.2ef9f8p-13f, -0x1.93d904p-16f, 0x1.8c52aep-18f, 0},
     {-0x1.812c1ep-2f, -0x1.3506cep-2f, -0x1.01342p-3f, 0x1.a5ee3ap-5f, 0x1.371878p-3f,
      0x1.4ef506p-3f, 0x1.f67574p-4f, 0x1.261f5cp-4f, 0x1.186c0ap-5f, 0x1.bcae9p-7f,
      0x1.28c436p-8f, 0x1.4ff368p-10f, 0x1.44393ap-12f, 0x1.0bbd84p-14f, 0x1.7b6546p-17f, 0},
     {0x1.6726cep-12f, 0x1.0f960cp-3f, 0x1.777fc2p-3f, 0x1.1d251cp-3f, 0x1.9e1c2ap-5f,
      -0x1.62f1dap-6f, -0x1.894f14p-5f, -0x1.651486p-5f, -0x1.e427a6p-6f, -0x1.2495c2p-7f,
      -0x1.63bc26p-10f, -0x1.6c46a8p-8f, -0x1.e74a2ap-10f, -0x1.c070dp-11f, -0x1.a7caa8p-10f, 0},
     {0x1.c4fbbep-4f, 0x1.386072p-4f, -0x1.08a1a4p-10f, -0x1.e2d4b2p-5f, -0x1.103a16p-4f,
      -0x1.369da8p-5f, -0x1.83b318p-8f, 0x1.5dd13ap-7f, 0x1.9ba52ep-7f, 0x1.10235ep-7f,
      0x1.069ed2p-8f, 0x1.8ee25ep-10f, 0x1.ecd05ep-12f, 0x1.f87186p-14f, 0x1.b09c76p-16f, 0},
     {0x1.9ffa7cp-11f, -0x1.63975ap-5f, -0x1.5dd71cp-5f, -0x1.6455e8p-5f, -0x1.203d1p-6f,
      0x1.27dbdap-5f, -0x1.36e6p-6f, 0x1.08fe86p-9f, 0x1.792b48p-4f, -0x1.40d3ccp-3f,
      -0x1.220c52p-3f, 0x1.2d0f76p-3f, 0x1.b30b82p-5f, 0x1.d05b0cp-6f, 0x1.eca3dap-5f, 0}
    }};

// erfc(z / sqrt 2) / 2: 2^-24.4 of it.
constexpr IntervalTable<8> kGeluErfTable = {
    0x1.5f21d8p1f, 0x1.7548aep-2f, 0x1.666666p2f,
    {
     {0x1p-1f, 0x1.6e5094p-2f, 0x1.dd244cp-3f, 0x1.18b50ep-3f, 0x1.288de4p-4f, 0x1.17f8ep-5f,
      0x1.d6aa7cp-7f, 0x1.5f392p-8f, 0x1.d04c7ep-10f, 0x1.0f56a4p-11f, 0x1.17ffa4p-13f,
      0x1.fd97a8p-16f, 0x1.988b0ap-18f, 0x1.205464p-20f, 0x1.66088cp-23f, 0x1.86e81cp-26f},
     {-0x1.988454p-2f, -0x1.7e4186p-2f, -0x1.392cc4p-2f, -0x1.c14d32p-3f, -0x1.1a319ap-3f,
      -0x1.365deap-4f, -0x1.2ae05ep-5f, -0x1.f7fec6p-7f, -0x1.7410dp-8f, -0x1.e0fc1p-10f,
      -0x1.10354ep-11f, -0x1.0dc47ep-13f, -0x1.d42996p-16f, -0x1.63ae98p-18f, -0x1.d93376p-21f,
      -0x1.139afap-23f},
     {0x1.3f717ep-20f, 0x1.16ac52p-4f, 0x1.c8a518p-4f, 0x1.eb5c9ep-4f, 0x1.9b7b3cp-4f,
      0x1.1ad98ap-4f, 0x1.46d9fp-5f, 0x1.418466p-6f, 0x1.0f42f6p-7f, 0x1.8a818ap-9f,
      0x1.f025c6p-11f, 0x1.0e6f12p-12f, 0x1.fffc26p-15f, 0x1.a563eap-17f, 0x1.2ddf5ep-19f,
      0x1.78c132p-22f},
     {0x1.102c72p-4f, 0x1.b9ff5ap-5f, 0x1.874fb2p-6f, -0x1.d5c704p-8f, -0x1.a7c3dp-6f,
      -0x1.e07a9cp-6f, -0x1.78f67ep-6f, -0x1.cef494p-7f, -0x1.d15e9cp-8f, -0x1.875a6cp-9f,
      -0x1.16c118p-10f, -0x1.52fcbp-12f, -0x1.61c3cap-14f, -0x1.3e00ap-16f, -0x1.edcf72p-19f,
      -0x1.4bdee6p-21f},
     {0x1.61d484p-11f, -0x1.04973p-6f, -0x1.75399ap-6f, -0x1.2883a6p-6f, -0x1.e39982p-8f,
      0x1.e209b6p-10f, 0x1.85a90ep-8f, 0x1.783a56p-8f, 0x1.f1dec8p-9f, 0x1.fe6388p-10f,
      0x1.a95becp-11f, 0x1.26c858p-12f, 0x1.583356p-14f, 0x1.559d6ap-16f, 0x1.21d1bp-18f,
      0x1.a638c2p-21f},
     {-0x1.fbe52ep-7f, -0x1.e1cdfep-8f, -0x1.30e1d8p-11f, 0x1.54297p-8f, 0x1.93773p-8f,
      0x1.e9f6ccp-9f, 0x1.ac22dap-11f, -0x1.a72564p-11f, -0x1.2e61cp-10f, -0x1.b274ccp-11f,
      -0x1.c4f73ap-12f, -0x1.736cacp-13f, -0x1.f0542p-15f, -0x1.14433p-16f, -0x1.03095p-18f,
      -0x1.9b8812p-21f},
     {0x1.6d34f6p-6f, -0x1.20069ap-8f, 0x1.68b5cp-16f, 0x1.69245cp-9f, 0x1.9f7f84p-11f,
      -0x1.192efap-10f, -0x1.6c60bep-10f, -0x1.9b48e8p-12f, 0x1.fb2a96p-16f, 0x1.a2e73p-13f,
      0x1.45a8f4p-13f, 0x1.513412p-14f, 0x1.0fbedap-15f, 0x1.5c6296p-17f, 0x1.708478p-19f,
      0x1.43101ep-21f},
     {-0x1.169d4ep-5f, 0x1.2a2174p-7f, 0x1.7fe9b4p-8f, -0x1.002b1ap-8f, -0x1.b67fbp-9f,
      -0x1.f005a4p-12f, 0x1.0a1438p-10f, 0x1.5b2342p-13f, 0x1.87dcaap-13f, -0x1.10874cp-16f,
      -0x1.013d86p-15f, -0x1.71ce82p-16f, -0x1.abb276p-17f, -0x1.450142p-18f, -0x1.8a0ad6p-20f,
      -0x1.b289f4p-22f}
    }};

// 1 / (1 + e^(2 sqrt(2/pi) (z + 0.044715 z^3))): 2^-25.5 of it.
constexpr IntervalTable<8> kGeluTanhTable = {
    0x1.922b6p1f, 0x1.45e992p-2f, 0x1.39999ap2f,
    {
     {0x1p-1f, 0x1.8026eep-2f, 0x1.0c9154p-2f, 0x1.5c1d06p-3f, 0x1.a07148p-4f, 0x1.c9c786p-5f,
      0x1.cc0ad8p-6f, 0x1.a3e3bep-7f, 0x1.592eeap-8f, 0x1.fa0a0cp-10f, 0x1.46ed5cp-11f,
      0x1.6fa502p-13f, 0x1.6314bep-15f, 0x1.22917cp-17f, 0x1.8d6d54p-20f, 0x1.c01036p-23f},
     {-0x1.988454p-2f, -0x1.844012p-2f, -0x1.4d5ab6p-2f, -0x1.02bcbap-2f, -0x1.6b6356p-3f,
      -0x1.cdfe4cp-4f, -0x1.09a336p-4f, -0x1.1378fep-5f, -0x1.001cfep-6f, -0x1.a74488p-8f,
      -0x1.33769ap-9f, -0x1.83c20ap-11f, -0x1.a2d40cp-13f, -0x1.7e1ff2p-15f, -0x1.226a1cp-17f,
      -0x1.6aa314p-20f},
     {0x1.6e976ap-20f, 0x1.f0698ap-5f, 0x1.a958a8p-4f, 0x1.ed98a2p-4f, 0x1.cc7544p-4f,
      0x1.6d08e2p-4f, 0x1.f86c78p-5f, 0x1.33572p-5f, 0x1.4b4118p-6f, 0x1.3aa362p-7f,
      0x1.052702p-8f, 0x1.767724p-10f, 0x1.c9b684p-12f, 0x1.d65b3p-14f, 0x1.90bd5ep-16f,
      0x1.173042p-18f},
     {0x1.1177bp-4f, 0x1.d24446p-5f, 0x1.0623c6p-5f, 0x1.ae891ap-9f, -0x1.2e28cep-6f,
      -0x1.d09e4ep-6f, -0x1.ca4b06p-6f, -0x1.666936p-6f, -0x1.d81294p-7f, -0x1.0b0486p-7f,
      -0x1.03fdecp-8f, -0x1.b0c1a8p-10f, -0x1.3065p-11f, -0x1.6540ap-13f, -0x1.592994p-15f,
      -0x1.0ee53ap-17f},
     {0x1.0af748p-10f, -0x1.ed5c34p-7f, -0x1.7409c6p-6f, -0x1.5a23a2p-6f, -0x1.9cb202p-7f,
      -0x1.a9f6eep-9f, 0x1.a1da44p-9f, 0x1.7b08bp-8f, 0x1.6ebcfep-8f, 0x1.0e42eap-8f,
      0x1.457982p-9f, 0x1.45e29ap-10f, 0x1.0ef744p-11f, 0x1.72c436p-13f, 0x1.9cc326p-15f,
      0x1.718d8cp-17f},
     {-0x1.43bdc6p-6f, -0x1.e1890cp-8f, -0x1.db941p-10f, 0x1.0be798p-8f, 0x1.908e5p-8f,
      0x1.59c3bp-8f, 0x1.79e4a6p-9f, 0x1.566f2ep-11f, -0x1.4d6438p-11f, -0x1.188562p-10f,
      -0x1.eb035cp-11f, -0x1.406104p-11f, -0x1.4b4ff6p-12f, -0x1.1190dcp-13f, -0x1.679a58p-15f,
      -0x1.75b28ep-17f},
     {0x1.69ecb2p-5f, 0x1.ce359ap-8f, 0x1.cfc866p-9f, 0x1.f9144p-8f, 0x1.d5f09ep-12f,
      -0x1.76c902p-11f, -0x1.1ea416p-10f, -0x1.529e72p-11f, -0x1.d16a06p-13f, -0x1.b210acp-15f,
      0x1.09af0ep-13f, 0x1.75da44p-13f, 0x1.0e5578p-13f, 0x1.1dea68p-14f, 0x1.d0ddf6p-16f,
      0x1.21fdb8p-17f},
     {-0x1.4248dp-4f, -0x1.e54216p-8f, -0x1.6db762p-11f, -0x1.4585d8p-7f, -0x1.a22222p-11f,
      -0x1.e55e78p-10f, -0x1.e6683ep-10f, -0x1.17b5ccp-10f, -0x1.4f63bp-11f, 0x1.59c69cp-13f,
      0x1.166478p-14f, -0x1.1dd604p-15f, -0x1.1735bcp-15f, -0x1.7dc04cp-16f, -0x1.a215f8p-17f,
      -0x1.5b434ep-18f}
    }};

// clang-format on
