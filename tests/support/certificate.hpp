// A certificate of its own authority, good for a day, for servers on loopback.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <string>

namespace quarry::test {

struct Certificate {
  std::string certificate;  // path of the PEM file
  std::string key;
};

// ip: the address that the certificate is for.
inline Certificate make_certificate(const std::string& folder, const std::string& ip) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 24L * 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("quarry test"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  const std::string alternative = "IP:" + ip;
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative.c_str());
  X509_add_ext(certificate.get(), extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(certificate.get(), key.get(), EVP_sha256());

  const Certificate files{folder + "/certificate.pem", folder + "/key.pem"};
  const std::unique_ptr<FILE, decltype(&fclose)> one(fopen(files.certificate.c_str(), "w"),
                                                     &fclose);
  PEM_write_X509(one.get(), certificate.get());
  const std::unique_ptr<FILE, decltype(&fclose)> other(fopen(files.key.c_str(), "w"), &fclose);
  PEM_write_PrivateKey(other.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return files;
}

}  // namespace quarry::test
