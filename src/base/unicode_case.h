// Upper and lower case of UTF-8 text by Unicode's rules, of no language and no locale.
#ifndef TUNDISH_BASE_UNICODE_CASE_H_
#define TUNDISH_BASE_UNICODE_CASE_H_

#include <string>
#include <string_view>

namespace tundish {

/// The text in lower case as Python's str.lower() gives it: full mappings, and a capital sigma at
/// the end of a word becomes the final form. Bytes that are no UTF-8 stay as they are.
std::string lower_case(std::string_view text);
/// The same in upper case, as str.upper(): a sharp s becomes SS.
std::string upper_case(std::string_view text);

}  // namespace tundish

#endif  // TUNDISH_BASE_UNICODE_CASE_H_
